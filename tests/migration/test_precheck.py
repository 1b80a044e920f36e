"""One record judged: in one form, or refused for one main reason, and nothing repaired on the way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.civil_time import CIVIL_TIME
from domain.migration.fates import BatchCount, Fate, judge, version_of
from domain.migration.field_names import OTHER_FIELD
from domain.migration.plausible_days import Calendar, day_of, moment_of
from domain.migration.precheck import Accepted, Refused, amount_of, precheck
from domain.migration.reading import CanonicalRecord, amount_text
from domain.migration.sources.brussels import BRUSSELS as BRUSSELS_MAPPING
from domain.migration.sources.wallonia import WALLONIA as WALLONIA_MAPPING
from domain.migration.versions import Moment, TakenVersion
from domain.migration.vocabulary import Vocabularies
from tests.migration.samples import BRUSSELS, WALLONIA

WORDS = Vocabularies.load()
EXTRACTED = Calendar(date(2026, 11, 29))


def of_brussels(**changes: str) -> Accepted | Refused:
    return precheck(BRUSSELS_MAPPING.read({**BRUSSELS, **changes}), WORDS, EXTRACTED)


def of_wallonia(**changes: object) -> Accepted | Refused:
    return precheck(WALLONIA_MAPPING.read({**WALLONIA, **changes}), WORDS, EXTRACTED)


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
        ({"modifie_le": "01/01/0001 00:00"}, "dateInvalid", "modifie_le"),
        ({"modifie_le": "30/11/2026 00:01"}, "dateInvalid", "modifie_le"),
        ({"date_introduction": "31/12/1959"}, "dateInvalid", "date_introduction"),
        ({"date_decision": "30/11/2026"}, "dateInvalid", "date_decision"),
        ({"naissance": "01/01/1900"}, "dateInvalid", "naissance"),
        ({"naissance": "07/03/2025"}, "dateInvalid", "naissance"),
        ({"valable_du": "02/01/2100", "valable_au": ""}, "dateInvalid", "valable_du"),
        ({"valable_au": "01/01/2100"}, "dateInvalid", "valable_au"),
        ({"valable_au": "30/12/9999"}, "dateInvalid", "valable_au"),
        ({"no_dossier": "B" * 65}, "fieldTooLong", "no_dossier"),
        ({"employeur": "É" * 201}, "fieldTooLong", "employeur"),
        ({"fonction": "i" * 1_001}, "fieldTooLong", "fonction"),
        ({"langue": "F" * 1_001}, "fieldTooLong", "langue"),
        ({"remuneration": "1" * 13}, "amountInvalid", "remuneration"),
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


@pytest.mark.parametrize(
    "changes",
    [
        {"modifie_le": "29/11/2026 24:00"},
        {"date_introduction": "01/01/1960", "naissance": ""},
        {"naissance": "02/01/1900"},
        {"valable_du": "01/01/2100", "valable_au": ""},
        {"valable_au": "31/12/2099"},
        {"no_dossier": "B" * 64},
        {"employeur": "É" * 200},
        {"fonction": "i" * 1_000},
    ],
)
def test_what_lies_on_a_bound_is_within_it(changes: dict[str, str]) -> None:
    accepted(of_brussels(**changes))


def test_a_validity_may_have_no_end() -> None:
    assert accepted(of_brussels(valable_au="31/12/9999")).valid_to is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("25/10/2026 02:30", "2026-10-25T00:30:00+00:00"),
        ("29/03/2026 02:30", "2026-03-29T01:30:00+00:00"),
        ("21/04/2023", "2023-04-20T22:00:00+00:00"),
        ("21/04/2023 24:00", "2023-04-21T22:00:00+00:00"),
        ("2023-04-21T24:00:00", "2023-04-21T22:00:00+00:00"),
        ("2023-04-21T09:00:00+02:00", "2023-04-21T07:00:00+00:00"),
        ("21/04/2023 25:00", None),
        ("31/12/9999 24:00", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_time_of_change_is_read_as_people_mean_it(written: str, moment: str | None) -> None:
    read = moment_of(written)
    assert (None if read is None else read.isoformat()) == moment


@pytest.mark.parametrize(
    ("number", "text", "amount"),
    [
        ("52000", "52000", "52000.00"),
        ("52000.5", "52000,5", "52000.50"),
        ("52000.000", "52000", "52000.00"),
        ("5.2E+4", "52000", "52000.00"),
        ("48.912", "48,912", None),
        ("-52000", "-52000", None),
        ("1E+400", "1E+400", None),
    ],
)
def test_a_number_is_read_as_a_number(number: str, text: str, amount: str | None) -> None:
    assert amount_text(Decimal(number)) == text
    read = amount_of(text)
    assert (None if read is None else str(read)) == amount


@pytest.mark.parametrize(
    ("field", "value"),
    [*product(("nom", "remuneration"), (True, ["A"], {"x": "y"})), ("nom", 12), ("nom", Decimal("1.5"))],
)
def test_what_is_no_text_never_becomes_one(field: str, value: object) -> None:
    told = precheck(BRUSSELS_MAPPING.read({**BRUSSELS, field: value}), WORDS, EXTRACTED)
    assert isinstance(told, Refused)
    assert (told.main, told.findings[0].field) == ("fieldMalformed", field)


def test_an_absent_day_is_passed_over_in_the_order() -> None:
    record = accepted(of_brussels(date_recevabilite="", date_decision=""))
    assert (record.filed_on, record.admissible_on, record.valid_from) == (date(2025, 3, 7), None, date(2025, 4, 26))


def test_a_field_that_nobody_knows_stops_nothing() -> None:
    reading = BRUSSELS_MAPPING.read({**BRUSSELS, "remarque": "x"})
    assert reading.unknown == ("remarque",)
    assert isinstance(precheck(reading, WORDS, EXTRACTED), Accepted)


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
    moment_of(text)
    amount_of(text)


MORNING, NOON = "20/04/2025 09:00", "20/04/2025 12:00"


def fates(*versions: tuple[str, str], before: dict[str, TakenVersion] | None = None) -> list[Fate]:
    """Of versions of one file: when each was modified, and its pay."""
    taken = {} if before is None else before
    seen: dict[Moment, set[str]] = {}
    read = []
    for modified, pay in versions:
        reading = BRUSSELS_MAPPING.read({**BRUSSELS, "modifie_le": modified, "remuneration": pay})
        version = version_of(reading, pay, EXTRACTED)
        read.append((reading, version))
        if version is not None:
            seen.setdefault((version.key, version.modified_at), set()).add(pay)
    tied = {moment for moment, contents in seen.items() if len(contents) > 1}
    return [judge(reading, version, taken, WORDS, EXTRACTED, tied).fate for reading, version in read]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([(MORNING, "1,00"), (MORNING, "1,00")], ["retold", "unchanged"]),
        ([(MORNING, "1,00"), (NOON, "1,00")], ["retold", "unchanged"]),
        ([(MORNING, "1,00"), (NOON, "2,00")], ["retold", "retold"]),
        ([(NOON, "1,00"), (MORNING, "2,00")], ["retold", "stale"]),
        ([(NOON, "n.c."), (MORNING, "2,00")], ["quarantined", "stale"]),
        ([(MORNING, "n.c."), (MORNING, "n.c.")], ["quarantined", "unchanged"]),
        ([(MORNING, "n.c."), (NOON, "2,00")], ["quarantined", "retold"]),
        ([("", "1,00"), ("", "1,00")], ["quarantined", "quarantined"]),
        ([(MORNING, "1,00"), (MORNING, "2,00")], ["quarantined", "quarantined"]),
        ([(MORNING, "1,00"), (MORNING, "2,00"), (MORNING, "1,00")], ["quarantined", "quarantined", "unchanged"]),
        ([(MORNING, "1,00"), (MORNING, "2,00"), (NOON, "1,00")], ["quarantined", "quarantined", "retold"]),
        ([(NOON, "3,00"), (MORNING, "1,00"), (MORNING, "2,00")], ["retold", "stale", "stale"]),
    ],
)
def test_a_version_is_judged_by_the_one_that_was_taken(versions: list[tuple[str, str]], expected: list[str]) -> None:
    assert fates(*versions) == expected


def test_an_unchanged_version_takes_the_place_in_time_all_the_same() -> None:
    assert fates((MORNING, "1,00"), (NOON, "1,00"), ("20/04/2025 10:00", "2,00")) == ["retold", "unchanged", "stale"]


def test_against_what_an_earlier_file_told_only_the_later_content_is_in_conflict() -> None:
    # given a version that an earlier file has told
    taken: dict[str, TakenVersion] = {}
    assert fates((MORNING, "1,00"), before=taken) == ["retold"]
    # when the next file has another content under the same time of change, then it alone is set aside
    assert fates((MORNING, "2,00"), before=taken) == ["quarantined"]
    # and both are known from then on, also within one file
    assert fates((MORNING, "2,00"), (MORNING, "1,00"), before=taken) == ["unchanged", "unchanged"]


@given(st.lists(st.sampled_from([MORNING, NOON]).flatmap(lambda at: st.tuples(st.just(at), st.sampled_from("1234")))))
def test_the_same_file_again_tells_nothing_and_sets_nothing_aside(versions: list[tuple[str, str]]) -> None:
    taken: dict[str, TakenVersion] = {}
    fates(*versions, before=taken)
    assert set(fates(*versions, before=taken)) <= {Fate.UNCHANGED, Fate.STALE}


def test_the_name_of_an_unknown_field_is_counted_only_if_it_can_be_one() -> None:
    count = BatchCount()
    reading = BRUSSELS_MAPPING.read(
        {**BRUSSELS, "remarque (2)": "x", "Jan Janssens 85.07.30-033.28": "y", "remarque": ""}
    )
    judged = judge(reading, None, {}, WORDS, EXTRACTED)
    count.add(judged, reading)
    assert count.unknown_fields == {"remarque": 1, OTHER_FIELD: 2}
