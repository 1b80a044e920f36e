"""Invented people and undertakings with numbers that pass their check digits; none of them exists."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from domain.identifiers import check_digits, ssin_check_digits
from infra.identity.caller import Role

AUTHORITY: Final = "flanders"

GIVEN_NAMES: Final = ("Aarav", "Mehmet", "Olena", "Wei", "Fatima", "Thandi", "Luiz", "Nino", "Priya", "Yusuf")
FAMILY_NAMES: Final = (
    "Sharma",
    "Yildiz",
    "Kovalenko",
    "Zhang",
    "El Amrani",
    "Nkosi",
    "Silva",
    "Beridze",
    "Patel",
    "Khan",
)
_NATIONALITIES: Final = ("IN", "TR", "UA", "CN", "MA", "ZA", "BR", "GE", "US", "PK")

_REPRESENTATIVES: Final = 6
_CASES_AN_EMPLOYER: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A user of the service; exactly the claims of its role are present."""

    role: Role
    subject: str
    authority: str | None = None
    enterprise_number: str | None = None
    ssin: str | None = field(default=None, repr=False)

    @property
    def actor(self) -> str:
        """By which name a case is assigned to a case handler."""
        return f"{self.role}:{self.subject}"


HANDLERS: Final = tuple(
    Party(role=Role.CASE_HANDLER, subject=f"h-{number}", authority=AUTHORITY) for number in range(1, 6)
)
OPERATIONS: Final = Party(role=Role.OPERATIONS, subject="operations-1", authority=AUTHORITY)
REGULATOR: Final = Party(role=Role.REGULATOR, subject="regulator-1", authority=AUTHORITY)


def employer(chance: random.Random, seed: int, cases: int) -> Party:
    """One of the employers of a plan of this size; a few of them file many applications."""
    return employer_of(int(max(2, cases // _CASES_AN_EMPLOYER) * chance.random() ** 1.5), seed)


def employer_of(number: int, seed: int) -> Party:
    """The employer of this number."""
    return Party(
        role=Role.EMPLOYER, subject=f"employer-{number}", enterprise_number=_enterprise(f"{seed}/employer/{number}")
    )


def representative(chance: random.Random, seed: int) -> Party:
    """One of the few offices that file for employers."""
    number = chance.randrange(_REPRESENTATIVES)
    return Party(
        role=Role.REPRESENTATIVE,
        subject=f"representative-{number}",
        enterprise_number=_enterprise(f"{seed}/representative/{number}"),
    )


def person(chance: random.Random, on: date) -> dict[str, str]:
    """A worker of 21 to 55 years as an application names one."""
    born = on - timedelta(days=chance.randint(21 * 366, 55 * 365))
    return {
        "givenName": chance.choice(GIVEN_NAMES),
        "familyName": chance.choice(FAMILY_NAMES),
        "birthDate": born.isoformat(),
        "nationality": chance.choice(_NATIONALITIES),
    }


def ssin_of(born: date, chance: random.Random) -> str:
    """A national number of this birth date with right check digits."""
    first_nine = f"{born:%y%m%d}{chance.randint(1, 998):03d}"
    return first_nine + ssin_check_digits(first_nine, born_from_2000=born.year >= 2000)


def _enterprise(name: str) -> str:
    """The enterprise number, with correct check digits, of the party of this name in a plan."""
    chance = random.Random(name)  # noqa: S311  # nosec B311 # a plan, not a secret
    first_eight = f"0{chance.randint(2_000_000, 7_999_999)}"
    return first_eight + check_digits(int(first_eight))
