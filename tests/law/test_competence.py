"""Competence beside the worked cases: the strongest known link decides, and earlier law judges as it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.assessment_content import tellers_of
from api.words.code_lists import CodeLists
from api.words.languages import Languages
from api.words.sentences.findings import finding_text
from domain.codes import AUTHORITIES
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Finding, Verdict
from domain.law.provisions.procedure import CompetenceOrder
from domain.law.rule_codes import Rule
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from domain.places.municipalities import municipalities
from infra.wire_format import wire_adapter

FILED = date(2026, 1, 20)
FACTS = ApplicationFacts(authority="flanders", category="highlySkilled", filed_on=FILED, filed_by="employer")
BY_EMPLOYER = ("establishment_unit_municipality", "registered_office_municipality", "municipality_code")
TODAYS = st.sampled_from([each.code for each in municipalities().on(FILED)])


RULE_SETS = RuleSets.load()
EARLIER = tuple(
    each
    for each in RULE_SETS.earlier()
    if RULE_SETS.of_decision(each).find(CompetenceOrder, "flanders", "highlySkilled", FILED)
)
"""The kept rule sets that say anything of competence; the first engine's did not."""


def test_there_is_an_earlier_rule_set_to_be_judged_by() -> None:
    assert EARLIER


def competence(law: Rulebook, facts: ApplicationFacts) -> Finding:
    (found,) = (each for each in assess(law, facts).findings if each.rule is Rule.COMPETENT_AUTHORITY)
    return found


def steps(finding: Finding) -> dict[str, Mapping[str, str]]:
    return {each.code: each.values for each in finding.trace if not isinstance(each, str)}


@given(st.tuples(*(st.none() | TODAYS for _ in BY_EMPLOYER)), st.sampled_from(AUTHORITIES))
def test_the_strongest_link_that_is_known_decides(places: tuple[str | None, ...], authority: str) -> None:
    law = RULE_SETS.current
    facts = replace(FACTS, authority=authority, **dict(zip(BY_EMPLOYER, places, strict=True)))
    finding = competence(law, facts)
    known = [each for each in places if each is not None]
    if not known:
        assert (finding.verdict, finding.reason, len(finding.missing)) == (Verdict.UNDETERMINED, "factMissing", 3)
        return
    found = law.authority_of(known[0], FILED)
    assert found is not None
    assert finding.observed == found[0]
    assert (finding.verdict is Verdict.MET) is (found[0] == authority)
    # and nobody's file is refused for having been sent to the wrong desk
    assert not finding.required


@given(TODAYS)
def test_every_municipality_has_one_competent_authority_in_its_own_region(code: str) -> None:
    place, found = municipalities().find(code), RULE_SETS.current.authority_of(code, FILED)
    assert place is not None
    assert found is not None
    region = "wallonia" if found[0] == "german-community" else found[0]
    assert region == place.region


def test_the_community_is_competent_in_nine_municipalities(law: Rulebook) -> None:
    found = [(each.code, law.authority_of(each.code, FILED)) for each in municipalities().on(FILED)]
    theirs = [code for code, by in found if by is not None and by[0] == "german-community"]
    assert theirs == ["63001", "63012", "63013", "63023", "63040", "63048", "63061", "63067", "63087"]


@pytest.mark.parametrize(
    ("code", "now", "authority", "last_day"),
    [
        ("54010", "57097", "wallonia", "2018-12-31"),
        ("23024", "23106", "flanders", "2024-12-31"),
        ("11007", "11002", "flanders", "2024-12-31"),
        ("82005", "82039", "wallonia", "2024-12-01"),
    ],
)
def test_an_old_code_on_file_is_followed_and_the_finding_says_so(
    law: Rulebook, code: str, now: str, authority: str, last_day: str
) -> None:
    # given a file that was recorded with a code that a merger had ended
    finding = competence(law, replace(FACTS, municipality_code=code))
    # then it is judged by the place, and the old code stays to be read
    assert finding.observed == authority
    assert steps(finding)["municipalitySucceeded"] == {"municipality": code, "lastDay": last_day, "successor": now}


@pytest.mark.parametrize("code", ["19999", "00000", "99999"])
@pytest.mark.parametrize("place", BY_EMPLOYER)
def test_a_code_that_never_was_is_never_a_pass(law: Rulebook, code: str, place: str) -> None:
    # given the unknown place, and a weaker link that would have decided
    weaker = dict.fromkeys(BY_EMPLOYER[BY_EMPLOYER.index(place) + 1 :], "44021")
    finding = competence(law, replace(FACTS, **{place: code}, **weaker))
    assert (finding.verdict, finding.reason, finding.observed) == (Verdict.UNDETERMINED, "municipalityUnknown", None)
    assert steps(finding)["competencePlaceUnknown"]["municipality"] == code


def test_a_code_that_begins_after_the_filing_is_not_guessed(law: Rulebook) -> None:
    facts = replace(FACTS, filed_on=date(2024, 12, 20), municipality_code="23106")
    assert competence(law, facts).reason == "municipalityUnknown"


@pytest.mark.parametrize("sha256", EARLIER)
@pytest.mark.parametrize("authority", AUTHORITIES)
@pytest.mark.parametrize("category", ["highlySkilled", "unlimited"])
@pytest.mark.parametrize("code", [None, "44021", "21004", "62063", "63023", "54010", "23024", "19999", "00000"])
def test_an_earlier_rule_set_judges_by_the_place_of_work_as_it_did(
    sha256: str, authority: str, category: str, code: str | None
) -> None:
    # given the law of then, and facts that only later orders look at
    law = RULE_SETS.of_decision(sha256)
    asked = replace(FACTS, authority=authority, category=category, municipality_code=code)
    with_places = replace(
        asked,
        establishment_unit_municipality="62063",
        registered_office_municipality="21004",
        residence_municipality="11002",
    )
    found = competence(law, asked)
    # then they change nothing, and beginnings of codes count as they did
    assert competence(law, with_places) == found
    if category == "unlimited":
        assert (found.verdict, found.reason) == (Verdict.UNDETERMINED, "linkNotInFacts")
    else:
        assert found.observed == OF_BEGINNINGS[code]
    assert not steps(found).keys() & {"competent", "competentElsewhere", "municipalitySucceeded"}


OF_BEGINNINGS = {
    None: None, "44021": "flanders", "21004": "brussels", "62063": "wallonia", "63023": "german-community",
    "54010": "wallonia", "23024": "flanders", "19999": "flanders", "00000": None,
}  # fmt: skip


TOLD = {
    "en": "The workplace (Comines-Warneton, 57097) lies in the Walloon Region; that region is competent and the file "
    "should be transferred.",
    "nl": "De plaats van tewerkstelling (Komen-Waasten, 57097) ligt in het Waals Gewest; dat gewest is bevoegd en het "
    "dossier moet worden overgedragen.",
    "fr": "Le lieu de travail (Comines-Warneton, 57097) se situe en Région wallonne\u00a0; cette région est compétente "
    "et le dossier doit lui être transféré.",
    "de": "Der Arbeitsort (Comines-Warneton, 57097) liegt in der Wallonischen Region; diese Region ist zuständig, und "
    "die Akte ist an sie weiterzuleiten.",
}


def test_it_is_told_in_every_language_which_link_decided_and_where_the_file_belongs(law: Rulebook) -> None:
    finding = competence(law, replace(FACTS, municipality_code="54010"))
    wire = wire_adapter(Finding).dump_python(finding, mode="json", by_alias=True)
    tellers = tellers_of(Languages.load(), CodeLists.load())
    told = {code: finding_text(wire, tellers[code]) for code in TOLD}
    for code, sentence in TOLD.items():
        assert sentence in told[code]
    assert "54010" in told["en"]
    assert "In which municipality the establishment unit lies is not known." in told["en"]


@pytest.mark.parametrize("link", BY_EMPLOYER)
@pytest.mark.parametrize("code", ["44021", "21004", "62063", "63023", "19999", "11007"])
def test_every_link_and_authority_has_its_sentence(law: Rulebook, link: str, code: str) -> None:
    finding = competence(law, replace(FACTS, **{link: code}))
    wire = wire_adapter(Finding).dump_python(finding, mode="json", by_alias=True)
    for wording in tellers_of(Languages.load(), CodeLists.load()).values():
        assert "%(" not in finding_text(wire, wording)
