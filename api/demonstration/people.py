"""Invented people and undertakings with numbers that pass their check digits; none of them exists."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from domain.identifiers import check_digits, ssin_check_digits

_GIVEN: Final = ("Aarav", "Mehmet", "Olena", "Wei", "Fatima", "Thandi", "Luiz", "Nino", "Priya", "Yusuf")
_FAMILY: Final = ("Sharma", "Yildiz", "Kovalenko", "Zhang", "El Amrani", "Nkosi", "Silva", "Beridze", "Patel", "Khan")
_NATIONALITIES: Final = ("IN", "TR", "UA", "CN", "MA", "ZA", "BR", "GE", "US", "PK")


def person(chance: random.Random, on: date) -> dict[str, str]:
    """A worker of 21 to 55 years as an application names one."""
    born = on - timedelta(days=chance.randint(21 * 366, 55 * 365))
    return {
        "givenName": chance.choice(_GIVEN),
        "familyName": chance.choice(_FAMILY),
        "birthDate": born.isoformat(),
        "nationality": chance.choice(_NATIONALITIES),
    }


def ssin_of(born: date, chance: random.Random) -> str:
    """A national number of this birth date with right check digits."""
    first_nine = f"{born:%y%m%d}{chance.randint(1, 998):03d}"
    return first_nine + ssin_check_digits(first_nine, born_from_2000=born.year >= 2000)


def enterprise_number(chance: random.Random) -> str:
    """An enterprise number with right check digits."""
    first_eight = f"0{chance.randint(2_000_000, 7_999_999)}"
    return first_eight + check_digits(int(first_eight))
