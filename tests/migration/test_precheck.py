"""One record judged: in one form, or refused for one main reason, and nothing repaired on the way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.migration.brussels import BRUSSELS as BRUSSELS_MAPPING
from consumers.migration.wallonia import WALLONIA as WALLONIA_MAPPING
from domain.case.commands import CIVIL_TIME
from domain.migration.batch import Fate, TakenVersion, judge
from domain.migration.precheck import Accepted, Refused, amount_of, day_of, precheck
from domain.migration.reading import CanonicalRecord
from domain.migration.vocabulary import Vocabularies
from tests.migration.samples import BRUSSELS, WALLONIA

WORDS = Vocabularies.load()


def of_brussels(**changes: str) -> Accepted | Refused:
    return precheck(BRUSSELS_MAPPING.read({**BRUSSELS, **changes}), WORDS)


def of_wallonia(**changes: object) -> Accepted | Refused:
    return precheck(WALLONIA_MAPPING.read({**WALLONIA, **changes}), WORDS)


def accepted(told: Accepted | Refused) -> CanonicalRecord:
    assert isinstance(told, Accepted), told
    return told.record


def test_a_row_of_brussels_in_the_one_form() -> None:
    assert accepted(of_brussels()) == CanonicalRecord(
        authority="brussels", key="BXL/2025/00001", modified_at=datetime(2025, 4, 20, 9, tzinfo=CIVIL_TIME),
        status="decidedGranted",
        category="highlySkilled", filed_on=date(2025, 3, 7), admissible_on=date(2025, 3, 31),
        decided_on=date(2025, 4, 18), valid_from=date(2025, 4, 26), valid_to=date(2026, 4, 25), family_name="Lambert",
        given_name="Élise", birth_date=date(1985, 7, 30), nationality="BR", ssin="85073003328",
        enterprise_number="0202239951", employer_name="Étoile SA", job_title="infirmière",
        gross_pay=Decimal("4303.75"), pay_period="month",
    )  # fmt: skip


def test_an_object_of_wallonia_has_its_days_in_its_history() -> None:
    record = accepted(of_wallonia())
    assert (record.status, record.nationality, record.pay_period) == ("revoked", "IN", "year")
    assert (record.filed_on, record.admissible_on, record.decided_on) == (
        date(2024, 7, 7), date(2024, 7, 17), date(2024, 8, 20),
    )  # fmt: skip
    assert (record.ssin, record.enterprise_number) == (None, "0202239951")


@pytest.mark.parametrize(
    ("word", "actor", "status"),
    [
        ("retirée", "demandeur", "withdrawn"),
        ("retirée", "autorité", "revoked"),
        ("ingetrokken", "demandeur", "withdrawn"),
        ("Ingetrokken ", "Autorité", "revoked"),
        ("stopgezet", "", "withdrawn"),
        ("retirée (désistement)", "", "withdrawn"),
        ("vervallen", "", "lapsed"),
    ],
)
def test_who_acted_tells_a_withdrawal_from_a_revocation(word: str, actor: str, status: str) -> None:
    assert accepted(of_brussels(statut=word, acteur=actor)).status == status


@pytest.mark.parametrize("written", ["0202239951", "202239951", "0202.239.951", "BE0202239951", "BE 0202.239.951"])
def test_an_enterprise_number_is_one_however_it_is_written(written: str) -> None:
    assert accepted(of_brussels(bce=written)).enterprise_number == "0202239951"


@pytest.mark.parametrize(
    "niss",
    ["00000100166", "00000100195", "85000100108", "85000000138", "85070000187", "00200100112", "00400100155",
     "85400100194", "85.07.30-033.28"],
)  # fmt: skip
def test_a_national_number_need_not_give_a_birth_date(niss: str) -> None:
    record = accepted(of_brussels(niss=niss, naissance=""))
    assert record.ssin == "".join(filter(str.isdigit, niss))


def test_a_person_may_have_one_name() -> None:
    record = accepted(of_brussels(prenom="", nom="Suharto"))
    assert (record.family_name, record.given_name) == ("Suharto", None)


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"categorie": ""}, "fieldMissing", "categorie"),
        ({"categorie": "astronaute"}, "fieldMissing", "categorie"),
        ({"modifie_le": " "}, "fieldMissing", "modifie_le"),
        ({"statut": "???"}, "statusUnknown", "statut"),
        ({"statut": "retirée"}, "statusAmbiguous", "statut"),
        ({"statut": "retirée", "acteur": "facteur"}, "statusAmbiguous", "statut"),
        ({"date_introduction": "31/02/2025"}, "dateInvalid", "date_introduction"),
        ({"naissance": "1985-07-30"}, "dateInvalid", "naissance"),
        ({"modifie_le": "hier"}, "dateInvalid", "modifie_le"),
        ({"date_decision": "01/03/2025"}, "datesOutOfOrder", "date_decision"),
        ({"valable_au": "25/04/2025"}, "datesOutOfOrder", "valable_au"),
        ({"niss": "85.07.30-033.29"}, "identifierInvalid", "niss"),
        ({"bce": "0202239952"}, "identifierInvalid", "bce"),
        ({"remuneration": "n.c."}, "amountInvalid", "remuneration"),
        ({"remuneration": "0,00"}, "amountInvalid", "remuneration"),
        ({"periodicite": "semaine"}, "amountInvalid", "periodicite"),
    ],
)
def test_what_is_wrong_stands_at_its_field(changes: dict[str, str], reason: str, field: str) -> None:
    told = of_brussels(**changes)
    assert isinstance(told, Refused)
    assert (told.main, told.findings[0].field) == (reason, field)


def test_no_sentence_quotes_what_stands_in_the_record() -> None:
    told = of_brussels(remuneration="n.c.", statut="mystère", niss="85.07.30-033.29", bce="12345")
    assert isinstance(told, Refused)
    sentences = " ".join(each.sentence for each in told.findings)
    assert not any(text in sentences for text in ("n.c.", "mystère", "85.07", "850730", "12345"))


def test_of_several_reasons_the_first_in_the_order_is_the_main_one() -> None:
    told = of_brussels(remuneration="n.c.", statut="???", niss="1", date_decision="01/03/2025")
    assert isinstance(told, Refused)
    assert [each.reason for each in told.findings] == [
        "statusUnknown", "datesOutOfOrder", "identifierInvalid", "amountInvalid",
    ]  # fmt: skip


def test_an_absent_day_is_passed_over_in_the_order() -> None:
    record = accepted(of_brussels(date_recevabilite="", date_decision=""))
    assert (record.filed_on, record.admissible_on, record.valid_from) == (date(2025, 3, 7), None, date(2025, 4, 26))


def test_a_field_that_nobody_knows_stops_nothing() -> None:
    reading = BRUSSELS_MAPPING.read({**BRUSSELS, "remarque": "x"})
    assert reading.unknown == ("remarque",)
    assert isinstance(precheck(reading, WORDS), Accepted)


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999.99"), places=2))
def test_an_amount_comes_back_as_it_was_written(amount: Decimal) -> None:
    euros, cents = f"{amount:.2f}".split(".")
    grouped = f"{int(euros):,}".replace(",", ".")
    assert amount_of(f"{grouped},{cents}") == amount
    assert amount_of(f"{euros},{cents}") == amount


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_day_comes_back_as_it_was_written(day: date) -> None:
    assert day_of(day.strftime("%d/%m/%Y").rjust(10, "0")) == day


@given(st.text(max_size=12))
def test_no_text_makes_the_readers_fall(text: str) -> None:
    day_of(text)
    amount_of(text)


def fates(*versions: tuple[str, str]) -> list[Fate]:
    """Of versions of one file: when each was modified, and its pay."""
    taken: dict[str, TakenVersion] = {}
    return [
        judge(BRUSSELS_MAPPING.read({**BRUSSELS, "modifie_le": modified, "remuneration": pay}), pay, taken, WORDS).fate
        for modified, pay in versions
    ]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([("20/04/2025 09:00", "1,00"), ("20/04/2025 09:00", "1,00")], ["retold", "unchanged"]),
        ([("20/04/2025 09:00", "1,00"), ("21/04/2025 09:00", "1,00")], ["retold", "unchanged"]),
        ([("20/04/2025 09:00", "1,00"), ("21/04/2025 09:00", "2,00")], ["retold", "retold"]),
        ([("20/04/2025 09:00", "1,00"), ("19/04/2025 09:00", "2,00")], ["retold", "stale"]),
        ([("20/04/2025 09:00", "n.c."), ("19/04/2025 09:00", "2,00")], ["quarantined", "stale"]),
        ([("20/04/2025 09:00", "n.c."), ("20/04/2025 09:00", "n.c.")], ["quarantined", "unchanged"]),
        ([("20/04/2025 09:00", "n.c."), ("21/04/2025 09:00", "2,00")], ["quarantined", "retold"]),
        ([("", "1,00"), ("", "1,00")], ["quarantined", "quarantined"]),
    ],
)
def test_a_version_is_judged_by_the_one_that_was_taken(versions: list[tuple[str, str]], expected: list[str]) -> None:
    assert fates(*versions) == expected
