"""Which papers an application needs, against those that are there; judged by small law files of the tests' own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from domain.law.checklist import Checklist, checklist
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook

FILED_ON = date(2026, 3, 2)
NURSE = ApplicationFacts(
    authority="flanders",
    category="nurse",
    filed_on=FILED_ON,
    contract="belgian",
    filed_by="employer",
    birth_date=date(1994, 5, 2),
)


def entry(document: str, *, categories: str = "nurse", condition: str = "always", part: str = "work",
          days: str = "from = 2019-01-01\nknown_from = 2019-01-01", name: str = "") -> str:  # fmt: skip
    return f"""
[[required_document]]
id = "DOC-{name or document}"
categories = ["{categories}"]
document = "{document}"
part = "{part}"
condition = "{condition}"
{days}
known_from_basis = "published"
legal_reference = "art. 1"
sources = ["the tests: no address"]
confidence = "confirmed"
"""


FLANDERS = (
    entry("diploma")
    + entry("employmentContract", categories="all", condition="belgianContract")
    + entry("postingLetter", categories="all", condition="posted")
    + entry("mandate", categories="all", condition="byRepresentative")
)
FEDERAL = (
    entry("passport", categories="all", part="residence")
    + entry("criminalRecordExtract", categories="all", part="residence", condition="adult")
)  # fmt: skip
ALL_FOUR = ("diploma", "employmentContract", "passport", "criminalRecordExtract")


@pytest.fixture
def law(tmp_path: Path) -> Rulebook:
    return written(tmp_path, FLANDERS)


def written(directory: Path, flanders: str) -> Rulebook:
    for authority, text in (("flanders", flanders), ("federal", FEDERAL)):
        (directory / authority).mkdir(parents=True, exist_ok=True)
        (directory / authority / "documents.toml").write_text(text, encoding="utf-8")
    return Rulebook.load(directory)


def verdicts(found: Checklist) -> dict[str, str]:
    return {each.document: each.verdict.value for each in found.entries}


def test_a_whole_file_is_met_and_lists_the_work_part_first(law: Rulebook) -> None:
    found = checklist(law, NURSE, ALL_FOUR)
    assert verdicts(found) == dict.fromkeys(
        ("employmentContract", "diploma", "passport", "criminalRecordExtract"), "met"
    )
    assert [each.part for each in found.entries] == ["work", "work", "residence", "residence"]
    assert (found.verdict, found.reason, found.missing) == (Verdict.MET, None, ())
    assert (found.legal_reference_date, found.rule_set) == (FILED_ON, law.sha256)


def test_a_paper_that_is_not_there_is_not_met(law: Rulebook) -> None:
    found = checklist(law, NURSE, ALL_FOUR[1:])
    assert verdicts(found)["diploma"] == "notMet"
    assert found.verdict is Verdict.NOT_MET
    # and to have stated that there are none is not to be silent about them
    assert set(verdicts(checklist(law, NURSE, ())).values()) == {"notMet"}


def test_papers_that_are_not_mentioned_leave_it_open(law: Rulebook) -> None:
    found = checklist(law, NURSE, None)
    assert set(verdicts(found).values()) == {"undetermined"}
    assert (found.verdict, found.reason, found.missing) == (Verdict.UNDETERMINED, "factMissing", ("documents",))


def test_a_paper_is_asked_for_where_its_condition_holds(law: Rulebook) -> None:
    posted = checklist(law, replace(NURSE, contract="posted", filed_by="representative"), ())
    assert verdicts(posted).keys() == {"postingLetter", "mandate", "diploma", "passport", "criminalRecordExtract"}


def test_somebody_is_an_adult_on_the_birthday(law: Rulebook) -> None:
    for birth, asked in ((date(2008, 3, 2), True), (date(2008, 3, 3), False)):
        found = checklist(law, replace(NURSE, birth_date=birth), ())
        assert ("criminalRecordExtract" in verdicts(found)) is asked


def test_a_condition_on_a_fact_that_is_not_known_names_it(law: Rulebook) -> None:
    unknown = replace(NURSE, contract=None, filed_by=None, birth_date=None)
    found = checklist(law, unknown, ("diploma", "passport", "employmentContract"))
    assert verdicts(found) == {
        "employmentContract": "met",
        "postingLetter": "undetermined",
        "mandate": "undetermined",
        "diploma": "met",
        "passport": "met",
        "criminalRecordExtract": "undetermined",
    }
    assert found.verdict is Verdict.UNDETERMINED
    assert found.missing == ("employment.contract", "filedBy", "worker.birthDate")


def test_a_category_that_no_paper_names_is_never_met(law: Rulebook) -> None:
    # given all that everybody needs
    found = checklist(law, replace(NURSE, category="clergy"), ALL_FOUR)
    assert set(verdicts(found).values()) == {"met"}
    assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, "notFound")
    # nor where the authority's law holds nothing at all
    elsewhere = checklist(law, replace(NURSE, authority="wallonia"), ALL_FOUR)
    assert (elsewhere.verdict, elsewhere.reason) == (Verdict.UNDETERMINED, "notFound")


def test_the_list_is_that_of_the_day_of_filing_as_known_then(tmp_path: Path) -> None:
    law = written(
        tmp_path,
        entry("diploma", days="from = 2019-01-01\nlast_day = 2026-03-02\nknown_from = 2019-01-01")
        + entry("jobDescription", days="from = 2026-03-03\nknown_from = 2026-04-01"),
    )
    assert "diploma" in verdicts(checklist(law, NURSE, None))
    next_day = replace(NURSE, filed_on=date(2026, 3, 3))
    assert "jobDescription" in verdicts(checklist(law, next_day, None))
    assert "jobDescription" not in verdicts(checklist(law, next_day, None, date(2026, 3, 31)))


def test_a_paper_of_the_category_goes_before_the_one_for_all(tmp_path: Path) -> None:
    law = written(
        tmp_path,
        entry("diploma", categories="all", name="ALL") + entry("diploma", condition="posted", name="NURSE"),
    )
    assert "diploma" not in verdicts(checklist(law, NURSE, ()))
    assert "diploma" in verdicts(checklist(law, replace(NURSE, category="teacher"), ()))


def test_the_packaged_law_has_a_list_for_the_highly_skilled() -> None:
    packaged = Rulebook.load()
    found = checklist(packaged, replace(NURSE, category="highlySkilled"), None, FILED_ON)
    assert {"diploma", "employmentContract", "passport"} <= verdicts(found).keys()
    assert all(each.sources and each.legal_reference and each.confidence for each in found.entries)
