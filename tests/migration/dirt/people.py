"""Invented people, each recognisable by every datum: what stands of one in another's place, or in clear, is found.

Nothing here comes from the code that is tried: check digits are computed by their published rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from domain.migration.reading import CanonicalRecord

EXTRACTED_ON: Final = date(2026, 3, 31)
CIVIL_TIME: Final = ZoneInfo("Europe/Brussels")

EVERYBODY: Final = 16_000
"""So many that nobody is born after 1999, when national numbers begin to be computed in another way."""

_LETTERS: Final = "bcdfghklmnprstvz"


@dataclass(frozen=True)
class Person:
    """One of ``EVERYBODY``, by number from 0."""

    number: int

    @cached_property
    def word(self) -> str:
        """Four letters that nobody else has; no other's word is part of it."""
        return "".join(_LETTERS[self.number >> shift & 15] for shift in (12, 8, 4, 0))

    @property
    def family_name(self) -> str:
        return f"Zevra{self.word}"

    @property
    def given_name(self) -> str:
        """Not ASCII, so that an encoding makes a difference."""
        return f"Éloïq{self.word}"

    @property
    def employer(self) -> str:
        return f"Brontix {self.word} SA"

    @property
    def job(self) -> str:
        return f"vexilleur {self.word}"

    @property
    def born(self) -> date:
        return date(1955, 1, 2) + timedelta(days=self.number)

    @property
    def ssin(self) -> str:
        first_nine = f"{self.born:%y%m%d}{self.number % 997 + 1:03d}"
        return f"{first_nine}{97 - int(first_nine) % 97:02d}"

    @property
    def enterprise(self) -> str:
        first_eight = f"{2_000_000 + 17 * self.number:08d}"
        return f"{first_eight}{97 - int(first_eight) % 97:02d}"

    @property
    def pay(self) -> Decimal:
        """EUR a year; nobody else's."""
        return Decimal(61_000 + self.number) + Decimal(self.number % 89 + 11) / 100

    @property
    def filed_on(self) -> date:
        return date(2025, 1, 6) + timedelta(days=self.number % 150)

    @property
    def modified_at(self) -> datetime:
        return datetime.combine(self.filed_on + timedelta(days=32), time(9), CIVIL_TIME)

    def after_filing(self, days: int) -> date:
        return self.filed_on + timedelta(days=days)

    def canaries(self) -> Mapping[str, tuple[str, ...]]:
        """By datum, every way in which it could be written. The enterprise number of an employer is public."""
        ssin, pay = self.ssin, f"{self.pay:.2f}"
        return {
            "family name": (self.family_name,),
            "given name": (self.given_name, f"loïq{self.word}", f"loq{self.word}"),
            "birth date": (f"{self.born:%d/%m/%Y}", f"{self.born:%Y-%m-%d}"),
            "national number": (ssin, f"{ssin[:2]}.{ssin[2:4]}.{ssin[4:6]}-{ssin[6:9]}.{ssin[9:]}"),
            "pay": (amount(self.pay), pay, pay.replace(".", ",")),
            "employer's name": (f"Brontix {self.word}", f"BRONTIX {self.word}"),
            "job title": (f"exilleur {self.word}",),
        }


def day(value: date) -> str:
    """As all three forms write a day in a text."""
    return f"{value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """As the tables write the time of change."""
    return f"{value:%d/%m/%Y %H:%M}"


def amount(value: Decimal) -> str:
    """With ``.`` for thousands and ``,`` for decimals."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def truth(person: Person, authority: str, key: str, *, pay_period: str = "year") -> CanonicalRecord:
    """What an undamaged record of the person says."""
    return CanonicalRecord(
        authority=authority,
        key=key,
        modified_at=person.modified_at,
        status="decidedGranted",
        category="highlySkilled",
        filed_on=person.filed_on,
        admissible_on=person.after_filing(10),
        decided_on=person.after_filing(30),
        valid_from=person.after_filing(40),
        valid_to=person.after_filing(400),
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.born,
        nationality="BR",
        ssin=person.ssin,
        enterprise_number=person.enterprise,
        employer_name=person.employer,
        job_title=person.job,
        gross_pay=person.pay,
        pay_period=pay_period,
    )
