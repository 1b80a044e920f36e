"""Damages of single cells that all three forms can suffer: what stands in them, whatever holds them.

Each is a row: what it is called, the facts it changes or depends on, its reason (none where it only looks bad), and
what it makes of a good record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from tests.migration.dirt.files import CellDamage, Making, turn
from tests.migration.dirt.people import EXTRACTED_ON, Person, amount, day

NOTHING_TOLD: Final[Mapping[str, object]] = {}
DAYS: Final = ("filed", "admissible", "decided", "valid_from", "valid_to", "birth")
TEXTS: Final = ("family", "given", "employer", "job")
FIELD: Final = {
    "family": "family_name", "given": "given_name", "employer": "employer_name", "job": "job_title", "key": "key",
    "valid_from": "valid_from", "valid_to": "valid_to", "birth": "birth_date", "nationality": "nationality",
    "admissible": "admissible_on", "decided": "decided_on", "ssin": "ssin",
}  # fmt: skip
"""The names that the canonical record has for facts, where a damage may empty or rewrite them."""


def one_of(fact: str, *values: object) -> Making:
    """One of the values stands where the fact should."""

    def make(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
        cells[fact] = turn(person, values)
        return NOTHING_TOLD

    return make


def damage(name: str, facts: str, reason: str, make: Making) -> CellDamage:
    return CellDamage(name, frozenset(facts.split()), reason, make)


def _empty(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact = random.choice(("category", "enterprise", "pay", "modified", "key"))
    cells[fact] = turn(person, ("", "  "))
    return NOTHING_TOLD


def _optional_empty(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    emptied = random.sample(("family", "given", "employer", "job", "ssin", "birth", "valid_to", "nationality"), 3)
    cells |= dict.fromkeys(emptied, "")
    return {FIELD[fact]: None for fact in emptied}


def _wrong_check_digits(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    wrong = (int(person.ssin[9:]) + random.randint(1, 9)) % 97 or 97
    # 29 apart is how the check digits of people born from 2000 on lie; 1 to 9 never is.
    cells["ssin"] = f"{person.ssin[:9]}{wrong:02d}"
    return NOTHING_TOLD


def _ssin_of_others(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["ssin"] = turn(person, (person.ssin[1:], f"{person.ssin}0", "8,5073E+10", "inconnu", person.enterprise))
    return NOTHING_TOLD


def _unknown_birthday(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """Month and day 00, or a month raised by 20 or 40: numbers as the registers give them out."""
    month = turn(person, ("0000", f"{person.born.month + 20:02d}{person.born.day:02d}", f"{person.born.month + 40}00"))
    first_nine = f"{person.born:%y}{month}{person.number % 997 + 1:03d}"
    ssin = f"{first_nine}{97 - int(first_nine) % 97:02d}"
    cells["ssin"] = ssin
    return {"ssin": ssin}


def _ssin_as_printed(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    digits = person.ssin
    cells["ssin"] = turn(
        person,
        (f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}-{digits[6:9]}.{digits[9:]}", f"{digits[:6]}-{digits[6:]}", digits),
    )
    return NOTHING_TOLD


def _enterprise_wrong(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    digits = person.enterprise
    wrong = (int(digits[8:]) + random.randint(1, 96)) % 97 or 97
    if f"{wrong:02d}" == digits[8:]:
        wrong = wrong % 97 + 1
    cells["enterprise"] = turn(person, (f"{digits[:8]}{wrong:02d}", digits[2:], f"FR{digits}", f"{digits}1", "n.c."))
    return NOTHING_TOLD


def _enterprise_otherwise(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    digits = person.enterprise
    dotted = f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
    cells["enterprise"] = turn(person, (f"BE{digits}", f"BE {dotted}", dotted, digits[1:], f" {digits} "))
    return NOTHING_TOLD


def _pay_otherwise(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["pay"], pay = turn(person,
        (
            ("48.912", Decimal(48912)), ("48912,5", Decimal("48912.50")), (f" {amount(person.pay)} ", person.pay),
            (f"{person.pay:.2f}".replace(".", ","), person.pay), ("0,01", Decimal("0.01")),
        )
    )  # fmt: skip
    return {"gross_pay": pay}


def _birth_after_filing(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["birth"] = day(person.after_filing(random.randint(0, 20)))
    return NOTHING_TOLD


def _no_end(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["valid_to"] = "31/12/9999"
    return {"valid_to": None}


def _far_days(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    first, last = turn(
        person, ((date(2099, 12, 30), date(2099, 12, 31)), (person.after_filing(40), date(2099, 12, 31)))
    )
    cells["valid_from"], cells["valid_to"] = day(first), day(last)
    return {"valid_from": first, "valid_to": last}


def _valid_backwards(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["valid_to"] = day(person.after_filing(39))
    return NOTHING_TOLD


def _too_long(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact, longest = random.choice((("key", 64), ("family", 200), ("given", 200), ("employer", 200), ("job", 1000)))
    text = str(cells[fact])
    cells[fact] = text + "x" * (longest + turn(person, (1, 5_000)) - len(text))
    return NOTHING_TOLD


def _as_long_as_may_be(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact, longest = random.choice((("family", 200), ("given", 200), ("employer", 200), ("job", 1000)))
    text = str(cells[fact])
    cells[fact] = f" {text + 'x' * (longest - len(text))} "
    return {FIELD[fact]: str(cells[fact]).strip()}


def _letters_lost(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["given"] = f"?lo?q{person.word}"
    return {"given_name": cells["given"]}


def _blanks_around(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    fact = random.choice((*TEXTS, "key"))
    cells[fact] = f"\t {cells[fact]}  "
    return NOTHING_TOLD


def _looks_like_a_formula(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["job"] = f"{turn(person, '=+-@')}cmd|' /C calc'!A0 {person.job}"
    return {"job_title": cells["job"]}


def _odd_letters(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["employer"] = turn(person, (f"{person.employer} \\N \\x00 ${{x}}", f"O\u2019{person.employer} %s {{}} NULL"))
    return {"employer_name": cells["employer"]}


def _changed_late(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    """24:00, the hour that comes twice, the one that is lost, a day alone, ISO 8601 with and without a zone."""
    cells["modified"], in_utc = turn(person,
        (
            ("31/08/2025 24:00", "2025-08-31T22:00"), ("26/10/2025 02:30", "2025-10-26T00:30"),
            ("30/03/2025 02:30", "2025-03-30T01:30"), ("31/08/2025", "2025-08-30T22:00"),
            ("2025-08-31T10:00:00+00:00", "2025-08-31T10:00"), ("2025-08-31T12:00:00", "2025-08-31T10:00"),
        )
    )  # fmt: skip
    return {"modified_at": datetime.fromisoformat(f"{in_utc}+00:00").astimezone(UTC)}


_NO_DAY: Final = (
    "31/02/2025",
    "00/00/0000",
    "2025-03-07",
    "7/3/2025",
    "07.03.2025",
    "07/03/25",
    "07/13/2025",
    "hier",
    "07/03/0024",
    "\u0660\u0667/\u0660\u0663/\u0662\u0660\u0662\u0665",
)
_NEVER: Final = ("01/01/1753", "31/12/1959", "01/01/2100", "01/01/2200", "30/12/9999")
_TOMORROW: Final = EXTRACTED_ON + timedelta(days=1)
_NO_PAY: Final = (
    "n.c.",
    "0",
    "0,00",
    "-52.000,00",
    "52,000.00",
    "52000.00",
    "5.2000,00",
    "52.000,000",
    "€ 52.000,00",
    "52 000,00",
    "1e5",
    "1" * 13,
    "52.000,00 EUR",
    "NaN",
    "\u0665\u0662",
)

CELL_DAMAGES: Final = (
    damage("a required field is empty", "category enterprise pay modified key", "fieldMissing", _empty),
    damage(
        "optional fields are empty", "family given employer job ssin birth valid_to nationality", "", _optional_empty
    ),
    damage("an unknown category", "category", "fieldMissing", one_of("category", "astronaute", "?", "hautement")),
    damage(
        "a nationality that nobody knows",
        "nationality",
        "",
        lambda cells, person, random: (
            one_of("nationality", "martienne", "?")(cells, person, random) or {"nationality": None}
        ),
    ),
    damage(
        "a first day of validity that is none",
        "valid_from valid_to",
        "dateInvalid",
        one_of("valid_from", *_NO_DAY, *_NEVER[:2], "02/01/2100", "31/12/9999"),
    ),
    damage("an end of validity that is none", "valid_to", "dateInvalid", one_of("valid_to", *_NO_DAY, *_NEVER)),
    damage("a validity without an end", "valid_to", "", _no_end),
    damage("a validity far away", "valid_from valid_to", "", _far_days),
    damage("a validity that ends before it begins", "valid_from valid_to", "datesOutOfOrder", _valid_backwards),
    damage(
        "a birth that is no day",
        "birth",
        "dateInvalid",
        one_of("birth", *_NO_DAY, "01/01/1900", "31/12/1899", day(_TOMORROW), "31/12/9999"),
    ),
    damage("a birth after the filing", "birth filed", "dateInvalid", _birth_after_filing),
    damage(
        "a time of change that cannot be",
        "modified",
        "dateInvalid",
        one_of(
            "modified",
            "01/01/0001 00:00",
            "31/12/9999 23:59",
            "01/01/2062 09:00",
            "07/03/2025 25:00",
            "07/03/2025 09:60",
            "hier",
            "31/02/2025 09:00",
            f"{day(_TOMORROW)} 00:01",
        ),
    ),
    damage("a time of change written otherwise", "modified", "", _changed_late),
    damage("a national number with wrong check digits", "ssin", "identifierInvalid", _wrong_check_digits),
    damage("a national number that is none", "ssin", "identifierInvalid", _ssin_of_others),
    damage("a national number without a birthday", "ssin", "", _unknown_birthday),
    damage("a national number as it is printed", "ssin", "", _ssin_as_printed),
    damage("an enterprise number that is none", "enterprise", "identifierInvalid", _enterprise_wrong),
    damage("an enterprise number written otherwise", "enterprise", "", _enterprise_otherwise),
    damage("a pay that is no amount", "pay", "amountInvalid", one_of("pay", *_NO_PAY)),
    damage("a pay written otherwise", "pay", "", _pay_otherwise),
    damage("a text that is too long", "key family given employer job", "fieldTooLong", _too_long),
    damage("a text as long as it may be", "family given employer job", "", _as_long_as_may_be),
    damage("letters that were lost", "given", "", _letters_lost),
    damage("blanks and a tab around a text", "family given employer job key", "", _blanks_around),
    damage("a text that looks like a formula", "job", "", _looks_like_a_formula),
    damage("a text that looks like code", "employer", "", _odd_letters),
)
"""Of all forms."""


def _swapped_days(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    one, other = random.choice((("filed", "decided"), ("admissible", "decided"), ("decided", "valid_from")))
    cells[one], cells[other] = cells[other], cells[one]
    return NOTHING_TOLD


def _days_left_out(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    emptied = random.sample(("admissible", "decided", "valid_from"), 2)
    cells |= dict.fromkeys(emptied, "")
    return {FIELD[fact]: None for fact in emptied}


def _swapped_numbers(cells: dict[str, object], person: Person, random: Random) -> Mapping[str, object]:
    cells["ssin"], cells["enterprise"] = cells["enterprise"], cells["ssin"]
    return NOTHING_TOLD


COLUMN_DAMAGES: Final = (
    *CELL_DAMAGES,
    damage("a status that nobody knows", "status actor", "statusUnknown", one_of("status", "???", "perdue", "offen!")),
    damage("no status", "status actor", "fieldMissing", one_of("status", "", " ")),
    damage("no day of filing", "filed", "fieldMissing", one_of("filed", "", " ")),
    damage(
        "a day of filing that is none",
        "filed",
        "dateInvalid",
        one_of("filed", *_NO_DAY, *_NEVER, "31/12/9999", day(_TOMORROW)),
    ),
    damage(
        "a day of decision that is none",
        "decided admissible",
        "dateInvalid",
        one_of("decided", *_NO_DAY, *_NEVER, "31/12/9999", day(_TOMORROW)),
    ),
    damage("days in each other's place", " ".join(DAYS), "datesOutOfOrder", _swapped_days),
    damage("days that are left out", " ".join(DAYS), "", _days_left_out),
    damage("numbers in each other's place", "ssin enterprise", "identifierInvalid", _swapped_numbers),
)
"""Of the two forms that are tables."""
