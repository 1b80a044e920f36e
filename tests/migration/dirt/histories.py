"""Dirt of Wallonia's histories, which are read in the order of their days and not of their entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from tests.migration.dirt.cells import NOTHING_TOLD, damage, one_of
from tests.migration.dirt.files import Making, turn
from tests.migration.dirt.people import Person, day


def history(person: Person) -> list[Any]:
    return [
        {"statut": "introduite", "le": day(person.filed_on)},
        {"statut": "recevable", "le": day(person.after_filing(10))},
        {"statut": "autorisation accordée", "le": day(person.after_filing(30))},
    ]


def _histories(
    make: Callable[[list[Any], Person], object],
) -> Making:
    def change(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        found = history(person)
        told = make(found, person)
        cells["history"] = found
        return told if isinstance(told, dict) else NOTHING_TOLD

    return change


def _entry(word: str, at: str, by: str | None) -> dict[str, object]:
    entry: dict[str, object] = {"statut": word, "le": at}
    return entry if by is None else {**entry, "par": by}


def _appended(word: str, days: int, by: str | None = None, **told: object) -> Making:
    def make(found: list[Any], person: Person) -> dict[str, object]:
        found.append(_entry(word, day(person.after_filing(days)), by))
        return told

    return _histories(make)


def _any_order(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    found = history(person)
    random.shuffle(found)
    cells["history"] = found
    return NOTHING_TOLD


def _entry_spoilt(*values: object, name: str) -> Making:
    """One of the entries, wherever it stands."""

    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        found = history(person)
        found[random.randrange(3)][name] = turn(person, values)
        cells["history"] = found
        return NOTHING_TOLD

    return make


def _first_word_is_an_ending(found: list[Any], person: Person) -> None:
    found[0]["statut"] = "refusée"


def _first_word_is_another(found: list[Any], person: Person) -> None:
    found[0]["statut"] = "reçue"


def _one_day_in_the_wrong_order(found: list[Any], person: Person) -> None:
    found[1]["le"] = found[2]["le"]
    found[1], found[2] = found[2], found[1]


def _one_day_in_order(found: list[Any], person: Person) -> dict[str, object]:
    found[1]["le"] = found[2]["le"]
    return {"admissible_on": person.after_filing(30)}


def _only_filed(found: list[Any], person: Person) -> dict[str, object]:
    del found[1:]
    return {"status": "submitted", "admissible_on": None, "decided_on": None}


_HISTORY: Final = "history filed valid_from valid_to birth"
"""A history depends on no other fact, but its days lie before those of the validity and after the birth."""

HISTORY_DAMAGES: Final = (
    damage("an entry with a word without end", _HISTORY, "fieldTooLong", _entry_spoilt("x" * 1_001, name="statut")),
    damage("an entry by somebody without end", _HISTORY, "fieldTooLong", _entry_spoilt("x" * 1_001, name="par")),
    damage("no history", _HISTORY, "fieldMissing", one_of("history", None, [])),
    damage(
        "a history that is no list",
        _HISTORY,
        "fieldMalformed",
        one_of("history", {"statut": "introduite"}, "introduite", 3, True),
    ),
    damage(
        "an entry that is no object",
        _HISTORY,
        "fieldMalformed",
        _histories(lambda found, person: found.insert(1, "recevable")),
    ),
    damage("an entry of another type", _HISTORY, "fieldMalformed", _entry_spoilt(20250307, ["x"], True, name="le")),
    damage("a history in any order", _HISTORY, "", _any_order),
    damage("an entry without a day", _HISTORY, "fieldMissing", _entry_spoilt(None, "", " ", name="le")),
    damage("an entry without a word", _HISTORY, "fieldMissing", _entry_spoilt(None, "", " ", name="statut")),
    damage(
        "an entry on no day",
        _HISTORY,
        "dateInvalid",
        _entry_spoilt("31/02/2025", "2025-03-07", "01/01/2062", "01/01/1753", "31/12/9999", name="le"),
    ),
    damage("an entry with an unknown word", _HISTORY, "statusUnknown", _entry_spoilt("perdue", "???", name="statut")),
    damage(
        "an entry with a word that means two things",
        _HISTORY,
        "statusAmbiguous",
        _entry_spoilt("retirée", name="statut"),
    ),
    damage("a first entry that ends the case", _HISTORY, "datesOutOfOrder", _histories(_first_word_is_an_ending)),
    damage("a first entry with another word", _HISTORY, "", _histories(_first_word_is_another)),
    damage("a decision after the decision", _HISTORY, "datesOutOfOrder", _appended("refusée", 35)),
    damage("something asked after the decision", _HISTORY, "datesOutOfOrder", _appended("complément demandé", 35)),
    damage(
        "a revocation after the validity began", _HISTORY, "", _appended("retirée", 60, "autorité", status="revoked")
    ),
    damage("a withdrawal after the decision", _HISTORY, "", _appended("Retirée", 32, "Demandeur", status="withdrawn")),
    damage("a permit that lapsed", _HISTORY, "", _appended("caduque", 90, status="lapsed")),
    damage(
        "two entries of one day in the wrong order",
        _HISTORY,
        "datesOutOfOrder",
        _histories(_one_day_in_the_wrong_order),
    ),
    damage("two entries of one day", _HISTORY, "", _histories(_one_day_in_order)),
    damage("a case that was only filed", _HISTORY, "", _histories(_only_filed)),
)
