"""Every rule with every verdict it can have, told in the four languages as an administration writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from gettext import NullTranslations
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.extract import extract_from_dir
from hypothesis import given
from hypothesis import strategies as st

import api.words.sentences
from api.http.case_representation import words
from api.words.sentences.finding_steps import STEPS
from api.words.sentences.findings import finding_text
from api.words.sentences.remarks import REMARKS, finding_remarks
from api.words.sentences.wording import Wording
from domain.codes import CATEGORIES, PAY_PERIODS
from domain.law.assessment import assess
from domain.law.facts import Publication, WorkDone
from domain.law.findings import Verdict
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from tests.sentences.findings_of_the_law import AUTHORITIES, BAD, wire_findings
from tests.sentences.language_checks import CHECKS_OF_REMARKS, faults
from tests.sentences.tellings import LANGUAGES, LISTS

LAW: Final = Rulebook.load()
WORDINGS: Final = {each.code: Wording(each, LISTS) for each in LANGUAGES}

Findings = tuple[dict[str, Any], ...]

IMPOSSIBLE: Final = {
    # Nothing is said of a category that the authority has.
    (Rule.OPEN_CATEGORY, Verdict.MET),
    (Rule.OPEN_CATEGORY, Verdict.UNDETERMINED),
    # Nothing is said of a worker who is old enough and needs a permit.
    (Rule.MINIMUM_AGE, Verdict.MET),
    (Rule.MINIMUM_AGE, Verdict.UNDETERMINED),
    (Rule.WORKER_NATIONALITY, Verdict.MET),
    (Rule.WORKER_NATIONALITY, Verdict.UNDETERMINED),
    # A mandate that is not there may still be handed in.
    (Rule.MANDATE, Verdict.NOT_MET),
}

OF_EARLIER_ENGINES: Final[tuple[Mapping[str, Any], ...]] = (
    {"code": "contractDuration", "values": {"threshold": "2025-06-01", "unit": "date", "legalReference": "notFound"}},
    {"code": "workHistory", "values": {"threshold": "1461", "unit": "days", "legalReference": "article not found"}},
    {"code": "partTimeRuleUnknown", "values": {"share": "0.8", "provision": "FL-PART-TIME"}},
    {"code": "partTimeInProportion", "values": {"share": "0.8", "threshold": "39130.00"}},
    {
        "code": "competentAuthorityCompared",
        "values": {"observed": "wallonia", "threshold": "flanders", "unit": "authority", "verdict": "notMet"},
    },
)
"""Steps that lack what today's engine adds to them; they are stored and must be told."""

OF_OTHER_LAWS: Final = {
    "with the channel %(channel)s",
    "What decides here, such as the place of residence of the worker, is not stated in the application.",
    "In which municipality the worker lives is not known.",
    "In which municipality the work is done is not known.",
    "It states none of them",
}
"""What the law as it is packaged gives no cause to say: an unknown channel, other orders of
competence, and a contract that states nothing."""
OF_FORMS: Final = {
    " or ",
    "this code was in force until %(day)s: write %(codes)s",
    "this code is in force from %(day)s on: write %(codes)s",
    "no municipality has this NIS code: look it up in the list of the statistical office",
}
"""What is said of a code of a municipality where it is filled in."""
OF_TABLES: Final = {
    "no end",
    "%(first)s to %(last)s",
    "%(least)s to %(highest)s",
    "a nationality that needs a permit",
    "a category that the authority has",
}
"""What stands in the cells of a table beside the paragraph."""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return wire_findings(tmp_path_factory.mktemp("laws"))


def test_every_rule_is_there_with_every_verdict_that_it_can_have(findings: Findings) -> None:
    found = {(Rule(each["rule"]), Verdict(each["verdict"])) for each in findings}
    assert set(product(Rule, Verdict)) - found == IMPOSSIBLE


@pytest.mark.parametrize("code", WORDINGS)
def test_no_finding_has_a_fault_of_language(findings: Findings, code: str) -> None:
    texts = {finding_text(each, WORDINGS[code]) for each in findings}
    faulty = {text: found for text in texts if (found := faults(text, code))}
    assert not faulty, next(iter(faulty.items()))
    assert all(text.endswith(".") for text in texts)


@pytest.mark.parametrize("code", WORDINGS)
def test_no_remark_has_a_fault_of_language(findings: Findings, code: str) -> None:
    remarks = {
        each for finding in findings for each in finding_remarks(_without_sources(finding), WORDINGS[code])
    }  # the law data name their sources in English
    faulty = {text: found for text in remarks if (found := faults(text, code, CHECKS_OF_REMARKS))}
    assert not faulty, next(iter(faulty.items()))


def _without_sources(finding: dict[str, Any]) -> dict[str, Any]:
    def named(values: Mapping[str, str]) -> dict[str, str]:
        return dict(values) | {"source": "KPMG"} if "source" in values else dict(values)

    return finding | {"trace": [each | {"values": named(each["values"])} for each in finding["trace"]]}


@pytest.mark.parametrize("code", WORDINGS)
def test_a_citizen_reads_of_no_provision_and_of_no_source(findings: Findings, code: str) -> None:
    for finding in findings:
        text = finding_text(finding, WORDINGS[code])
        told = [each["values"] for each in finding["trace"]]
        names = [each["source"] for each in told if "source" in each] + [*finding["provisions"], *finding["sources"]]
        assert not [name for name in names if name in text], text


def test_a_handler_reads_every_provision_and_every_doubt(findings: Findings) -> None:
    for finding in findings:
        remarks = " ".join(finding_remarks(finding, WORDINGS["en"]))
        told = [each["values"] for each in finding["trace"]]
        needed = {each[word] for each in told for word in ("provision", "source") if word in each}
        assert not [each for each in needed if each not in remarks], remarks
        assert finding.get("ruleId", "") in remarks


def test_every_step_has_somebody_who_tells_it_and_every_teller_is_needed(findings: Findings) -> None:
    codes = {step["code"] for finding in findings for step in finding["trace"]}
    assert codes | {each["code"] for each in OF_EARLIER_ENGINES} == {*STEPS, *REMARKS}


def test_every_sentence_on_a_finding_is_told_by_some(findings: Findings) -> None:
    said: set[str] = set()

    class Recording(NullTranslations):
        def gettext(self, message: str) -> str:
            said.add(message)
            return message

        def ngettext(self, one: str, many: str, number: int) -> str:
            said.add(one)
            return one if number == 1 else many

    english = Wording(replace(LANGUAGES.by_code["en"], translations=Recording()), LISTS)
    for finding in findings:
        finding_text(finding, english)
        finding_remarks(finding, english)
    for step in OF_EARLIER_ENGINES:
        STEPS[step["code"]](step["values"], english)
    assert written() - said == OF_OTHER_LAWS | OF_TABLES


def written() -> set[str]:
    """The messages of the modules that tell findings."""
    others = {
        "checks.py", "clock_events.py", "decisions.py", "derivations.py", "fees.py", "handling.py", "readings.py",
        "timeline.py",
    }  # fmt: skip
    found = extract_from_dir(Path(api.words.sentences.__file__).parent, method_map=[("**.py", "python")])
    messages = [(file, message) for file, _, message, *_ in found if file not in others | {"wording.py"}]
    elsewhere = {"on %(day)s", "from %(first)s up to and including %(last)s", *OF_FORMS}
    return {message if isinstance(message, str) else message[0] for _, message in messages} - elsewhere


@pytest.mark.parametrize("code", WORDINGS)
def test_what_earlier_engines_stored_is_told_without_what_they_did_not_store(code: str) -> None:
    for step in OF_EARLIER_ENGINES:
        text = STEPS[step["code"]](step["values"], WORDINGS[code])
        assert faults(text, code) == []
        assert text.endswith(".")


def test_the_day_after_a_contract_that_is_long_enough_is_told_as_its_last_day() -> None:
    text = STEPS["contractDuration"](OF_EARLIER_ENGINES[0]["values"], WORDINGS["en"])
    assert text == "The contract must last at least until 31 May 2025."


def test_a_step_without_a_teller_is_no_silence() -> None:
    finding = {"verdict": "met", "trace": [{"code": "unheardOf", "values": {}}]}
    with pytest.raises(LookupError, match="unheardOf"):
        finding_text(finding, WORDINGS["nl"])


@given(
    authority=st.sampled_from(AUTHORITIES),
    category=st.sampled_from(CATEGORIES),
    filed_on=st.dates(date(2016, 1, 1), date(2028, 12, 31)),
    pay=st.decimals(0, 200_000, places=2),
    period=st.sampled_from(PAY_PERIODS),
    small=st.integers(0, 8),
    days=st.integers(0, 2000),
)
def test_whatever_the_facts_are_no_finding_has_a_fault_of_language(
    authority: str, category: str, filed_on: date, pay: Decimal, period: str, small: int, days: int
) -> None:
    start = filed_on - timedelta(days=days)
    facts = replace(
        BAD,
        authority=authority,
        category=category,
        filed_on=filed_on,
        gross_pay=pay,
        pay_period=period,
        qualification_level=small,
        prior_service_months=small,
        employment_end=filed_on + timedelta(days=days),
        employment_start=filed_on,
        birth_date=start,
        publications=(Publication(channel="VDAB", published_from=start, published_to=filed_on),),
        work_history=(WorkDone(from_=start, to=filed_on, basis="singlePermit"),),
    )
    for finding in assess(LAW, facts).findings:
        for each in finding.each():
            for code, wording in WORDINGS.items():
                assert faults(finding_text(words(each), wording), code) == []
