"""Where the employer is, as the register says, and municipality codes that are checked on the day concerned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.audit.replay import replay_case
from domain.case.application import Employer, Employment, Residence, Workplace
from domain.case.command_checks import check_correction
from domain.case.completeness import check_application
from domain.case.events import CaseEvent, CrossroadsCheckRequested, EmployerIdentified
from domain.case.place_checks import MunicipalityIssue
from domain.case.stated_checks import check_stated_facts
from domain.case.stated_facts import StatedFacts
from domain.case.stated_parts import StatedEmployer, StatedEmployment, StatedPlace, StatedWorker
from domain.case.verification import facts_at_decision
from domain.crossroads.answers import CheckKind, EmployerOnRegister, EstablishmentUnit, RegisteredAddress
from domain.law.assessment import assess
from domain.law.rule_codes import Rule
from domain.law.rule_sets import RuleSets
from tests.case.vocabulary import (
    NOW,
    ON_REGISTER,
    TODAY,
    WORKER,
    answered,
    correct,
    filed,
    happened,
    law,
    state_after,
)
from tests.world.applications import application

UNIT, OTHER_UNIT = "2123456791", "2000000339"
AT_UNIT = Employer(enterprise_number="0202239951", name="Acme", establishment_unit_number=UNIT)


def address(municipality: str, code: str | None) -> RegisteredAddress:
    return RegisteredAddress(
        street="Kaai", house_number="1", postal_code="9000", municipality=municipality, municipality_code=code
    )


def register(*units: tuple[str, str | None], office: str | None = "21004") -> EmployerOnRegister:
    return replace(
        ON_REGISTER,
        address=address("Brussel", office),
        establishment_units=tuple(
            EstablishmentUnit(number=number, name="Acme", address=address("Elders", code)) for number, code in units
        ),
    )


@pytest.mark.parametrize(
    ("units", "office", "unit", "identified"),
    [
        (((UNIT, "62063"), (OTHER_UNIT, "44021")), "21004", UNIT, ("21004", "62063")),
        # Of several units nobody guesses the one that is meant, and a unit that the register lacks is nowhere.
        (((UNIT, "62063"),), "21004", None, ("21004", None)),
        (((OTHER_UNIT, "62063"),), "21004", UNIT, ("21004", None)),
        # A register that gives names only leaves the codes open.
        (((UNIT, None),), None, UNIT, (None, None)),
    ],
)
def test_the_registers_answer_says_where_the_unit_and_the_registered_office_are(
    units: tuple[tuple[str, str | None], ...],
    office: str | None,
    unit: str | None,
    identified: tuple[str | None, str | None],
) -> None:
    filed_at = filed(replace(application(), employer=replace(AT_UNIT, establishment_unit_number=unit)))
    events = happened(filed_at, answered(register(*units, office=office)))
    (found,) = (each for each in events if isinstance(each, EmployerIdentified))
    assert (found.registered_office_municipality, found.establishment_unit_municipality) == identified
    facts = state_after(events).facts
    assert (facts.registered_office_municipality, facts.establishment_unit_municipality) == identified


def test_the_registers_answer_decides_on_competence() -> None:
    # given work in Ghent for a unit in Liège, filed in Flanders
    filed_at = filed(replace(application(), employer=AT_UNIT))
    before = competent_at_decision(filed_at)
    # when the register says where the unit is
    after = competent_at_decision(happened(filed_at, answered(register((UNIT, "62063")))))
    # then the file belongs to Wallonia, which the place of work alone did not tell
    assert (before, after) == (("met", "flanders"), ("notMet", "wallonia"))


def competent_at_decision(events: list[CaseEvent]) -> tuple[str, str | None]:
    facts = facts_at_decision(state_after(events), TODAY)
    (found,) = (each for each in assess(law(), facts).findings if each.rule is Rule.COMPETENT_AUTHORITY)
    return found.verdict.value, found.observed


def test_what_is_judged_with_the_answer_is_judged_on_a_file_that_holds_it() -> None:
    # given pay that is judged in the same breath as the register answers
    events = happened(filed(replace(application(), employer=AT_UNIT)), answered(register((UNIT, "62063"))))
    # then a replay finds the facts that were recorded
    replayed = replay_case(WORKER, list(enumerate(events, 1)), RuleSets(law()))
    assert [each.differences for each in replayed.verdicts] == [()]


def test_a_worker_who_files_is_judged_by_where_she_lives() -> None:
    # given a permit of unlimited duration for somebody who lives in Charleroi and works in Ghent
    asked = application("unlimited", kind="unlimited", worker={"ssin": "90010100187"})
    at_home = replace(asked.worker, residence=Residence(municipality_code="52011"))
    hers = filed(replace(asked, filed_by="worker", worker=at_home))
    # then her own region is competent, and without the residence nobody knows
    assert competent_at_decision(hers) == ("notMet", "wallonia")
    assert competent_at_decision(filed(replace(asked, filed_by="worker"))) == ("undetermined", None)
    # and a residence that is put right later counts
    moved = happened(hers, correct(worker=replace(at_home, residence=Residence(municipality_code="44021"))))
    assert competent_at_decision(moved) == ("met", "flanders")


def test_an_answer_of_before_leaves_the_places_unknown_and_can_be_read() -> None:
    identified = EmployerIdentified(
        effective_at=NOW,
        enterprise_number="0202239951",
        active=True,
        worker_subject=WORKER,
        name="Acme",
        has_debts=None,
    )
    facts = state_after([*filed(), identified]).facts
    assert (facts.registered_office_municipality, facts.establishment_unit_municipality) == (None, None)


def test_another_unit_is_asked_about_again_and_the_old_place_forgotten() -> None:
    # given a unit in Liège on file
    known = happened(filed(replace(application(), employer=AT_UNIT)), answered(register((UNIT, "62063"))))
    # when it turns out to be another one
    moved = happened(known, correct(employer=replace(AT_UNIT, establishment_unit_number=OTHER_UNIT)))
    # then the register is asked once more, and until it answers nothing is known
    asked = [each for each in moved if isinstance(each, CrossroadsCheckRequested)][-1]
    assert (asked.check, asked.revision) == (CheckKind.EMPLOYER_REGISTER.value, 2)
    assert state_after(moved).facts.establishment_unit_municipality is None
    answer = answered(register((UNIT, "62063"), (OTHER_UNIT, "44021")), revision=2)
    assert state_after(happened(moved, answer)).facts.establishment_unit_municipality == "44021"


def test_the_same_unit_under_another_name_is_not_asked_about_again() -> None:
    known = happened(filed(replace(application(), employer=AT_UNIT)), answered(register((UNIT, "62063"))))
    renamed = happened(known, correct(employer=replace(AT_UNIT, name="Acme BV")))
    assert [type(each) for each in renamed[len(known) :]].count(CrossroadsCheckRequested) == 0
    assert state_after(renamed).facts.establishment_unit_municipality == "62063"


def job_in(code: str) -> Employment:
    return replace(application().employment, workplace=Workplace(municipality_code=code))


@pytest.mark.parametrize(
    ("code", "day", "problem", "remedy"),
    [
        ("19999", date(2026, 1, 20), "no municipality has or had", "look the municipality up"),
        ("54010", date(2026, 1, 20), "was in force until 2018-12-31", "write 57097 (Comines-Warneton)"),
        ("23024", date(2025, 1, 1), "was in force until 2024-12-31", "write 23106 (Pajottegem)"),
        ("82003", date(2024, 12, 2), "was in force until 2024-12-01", "write 82039 (Bastogne)"),
        ("23106", date(2024, 12, 31), "is in force from 2025-01-01 on",
         "write 23023 (Galmaarden) or 23024 (Gooik) or 23032 (Herne)"),
        ("57097", date(2018, 12, 31), "is in force from 2019-01-01 on", "write 54010 (Comines-Warneton)"),
    ],
)  # fmt: skip
def test_a_code_that_is_not_in_force_that_day_is_refused_with_the_one_to_write(
    code: str, day: date, problem: str, remedy: str
) -> None:
    # given an application of that day, and the same code in every place of stated facts
    there = StatedPlace(municipality_code=code)
    employer = StatedEmployer(establishment_unit=there, registered_office=there)
    stated = StatedFacts(
        filed_on=day,
        employer=employer,
        worker=StatedWorker(residence=there),
        employment=StatedEmployment(workplace=there),
    )
    job = replace(job_in(code), start=day)
    found = (*check_application(replace(application(), employment=job), today=day), *check_stated_facts(stated))
    # then each is an issue that says what is wrong and how to mend it, without the value
    assert [each.path for each in found if isinstance(each, MunicipalityIssue)] == [
        "employment.workplace.municipalityCode",
        "employer.establishmentUnit.municipalityCode",
        "employer.registeredOffice.municipalityCode",
        "employment.workplace.municipalityCode",
        "worker.residence.municipalityCode",
    ]
    for each in (each for each in found if isinstance(each, MunicipalityIssue)):
        assert each.code == "invalidInput"
        assert problem in each.problem
        assert each.remedy.startswith(remedy)
        assert code not in each.problem


@pytest.mark.parametrize(
    ("code", "day"),
    [("54010", date(2018, 12, 31)), ("57097", date(2019, 1, 1)), ("23024", date(2024, 12, 31)),
     ("23106", date(2025, 1, 1)), ("82005", date(2024, 12, 1)), ("82039", date(2024, 12, 2)),
     ("11002", date(2024, 12, 31)), ("11002", date(2025, 1, 1))],
)  # fmt: skip
def test_a_code_is_taken_on_its_first_and_last_day(code: str, day: date) -> None:
    job = replace(job_in(code), start=day, end=None)
    assert check_application(replace(application(), employment=job), today=day) == ()
    stated = StatedFacts(
        filed_on=day, employment=StatedEmployment(workplace=StatedPlace(municipality_code=code))
    )  # fmt: skip
    assert check_stated_facts(stated) == ()


def test_what_is_no_day_of_filing_leaves_only_the_form_of_a_code_to_look_at() -> None:
    far = date(2500, 1, 1)
    for code, paths in (("19999", ["filedOn"]), ("Gent", ["filedOn", "employment.workplace.municipalityCode"])):
        place = StatedEmployment(workplace=StatedPlace(municipality_code=code))
        assert [each.path for each in check_stated_facts(StatedFacts(filed_on=far, employment=place))] == paths


def test_a_correction_keeps_the_code_of_the_day_of_filing() -> None:
    # given a job in Gooik, filed before the merger and corrected after it
    after_the_merger = date(2025, 2, 3)
    assert (
        check_correction(correct(employment=replace(job_in("23024"), start=after_the_merger)), today=after_the_merger)
        == ()
    )
    # then a code that ended before any file that is still open is refused, and one that never was
    for code in ("54010", "19999"):
        wrong = check_correction(correct(employment=replace(job_in(code), start=TODAY)), today=TODAY)
        assert [each.path for each in wrong] == ["employment.workplace.municipalityCode"]
