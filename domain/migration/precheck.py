"""Judging one record: retold, or refused with one main reason and all that was found.

The same for one record and for a batch. Nothing is repaired: a wrong check digit stays wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Final

from domain.identifiers import EnterpriseNumber, IdentifierInvalid, Ssin
from domain.migration.findings import RANK, Finding, RefusalReason
from domain.migration.plausible_days import NO_END, Calendar, day_of, may_begin, may_end, moment_of
from domain.migration.reading import CanonicalRecord, Fact, LegacyReading
from domain.migration.vocabulary import Vocabularies


@dataclass(frozen=True, slots=True)
class Accepted:
    record: CanonicalRecord


@dataclass(frozen=True, slots=True)
class Refused:
    """``findings`` are in the order of their reasons, at least one."""

    findings: tuple[Finding, ...]

    @property
    def main(self) -> RefusalReason:
        return self.findings[0].reason


REQUIRED: Final = (
    Fact.KEY, Fact.CATEGORY, Fact.STATUS, Fact.FILED, Fact.ENTERPRISE_NUMBER, Fact.PAY, Fact.MODIFIED,
)  # fmt: skip
_IN_ORDER: Final = (Fact.FILED, Fact.ADMISSIBLE, Fact.DECIDED, Fact.VALID_FROM, Fact.VALID_TO)
_DAYS: Final = (*_IN_ORDER, Fact.BIRTH_DATE)
_YEAR: Final = "year"

LONGEST_FILE_NUMBER: Final = 64
_LONGEST_NAME: Final = 200
_LONGEST_TEXT: Final = 1_000
_LONGEST: Final = {
    Fact.KEY: LONGEST_FILE_NUMBER,
    Fact.FAMILY_NAME: _LONGEST_NAME,
    Fact.GIVEN_NAME: _LONGEST_NAME,
    Fact.EMPLOYER_NAME: _LONGEST_NAME,
}
"""Characters, where a text may have fewer than any other."""

_NOTHING_TO_READ: Final = RANK[RefusalReason.FIELD_TOO_LONG]
"""The reasons before it say that there is no text to be judged any further."""

_AMOUNT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3}){0,3}|[0-9]{1,12})(?:,([0-9]{1,2}))?", re.ASCII)
"""Of at most twelve digits before the comma: more is nobody's pay."""

_BETWEEN_DIGITS: Final = re.compile(r"[\s.]")
_BETWEEN_SSIN_DIGITS: Final = re.compile(r"[.\s-]")
_COUNTRY_CODE: Final = re.compile("[A-Z]{2}")


def precheck(reading: LegacyReading, vocabularies: Vocabularies, calendar: Calendar) -> Accepted | Refused:
    """The record in the one form, or why it is refused."""
    if any(each.reason is RefusalReason.MALFORMED for each in reading.findings):
        # There is nothing in it to be judged.
        return refused(reading.findings)
    judging = _Judging(reading, vocabularies, calendar)
    record = judging.record()
    if judging.findings or record is None:
        return refused(judging.findings)
    return Accepted(record)


def facts_read(
    reading: LegacyReading, vocabularies: Vocabularies, calendar: Calendar
) -> dict[Fact, date | datetime | Decimal | str | None]:
    """What can be made of each fact by itself, also of a record that is refused; None where nothing can."""
    judging = _Judging(reading, vocabularies, calendar)
    as_written = {fact: reading.text(fact) for fact in Fact}
    return as_written | judging.facts()


def refused(findings: Iterable[Finding]) -> Refused:
    """A refusal with its findings in the order of their reasons."""
    return Refused(tuple(sorted(findings, key=lambda each: RANK[each.reason])))


def amount_of(text: str) -> Decimal | None:
    """An amount with ``.`` for thousands and ``,`` for decimals; None for anything else."""
    written = _AMOUNT.fullmatch(text)
    if written is None:
        return None
    euros, cents = written.groups()
    return Decimal(f"{euros.replace('.', '')}.{(cents or '0').ljust(2, '0')}")


def enterprise_digits(text: str) -> str:
    """An enterprise number as ten digits, where it was written with ``BE``, with dots, or without its first 0."""
    digits = _BETWEEN_DIGITS.sub("", text).removeprefix("BE")
    return f"0{digits}" if len(digits) == 9 else digits


class _Judging:
    def __init__(self, reading: LegacyReading, vocabularies: Vocabularies, calendar: Calendar) -> None:
        self._reading = reading
        self._vocabularies = vocabularies
        self._calendar = calendar
        self.findings: list[Finding] = list(reading.findings)
        self._spoilt = {each.field for each in reading.findings if RANK[each.reason] < _NOTHING_TO_READ}
        """Fields whose value is no text according to the reading."""
        self._found = {(each.reason, each.field) for each in reading.findings}

    def record(self) -> CanonicalRecord | None:
        """The canonical record; what it would hold where there are findings does not matter."""
        reading = self._reading
        self._require_lengths()
        for fact in REQUIRED:
            if fact not in reading.texts:
                self._find(RefusalReason.FIELD_MISSING, fact, "it is required and empty")
        status, category = self._status(), self._code(Fact.CATEGORY, "category")
        if category is None and reading.text(Fact.CATEGORY) is not None:
            self._find(RefusalReason.FIELD_MISSING, Fact.CATEGORY, "no category is known under this name")
        days = self._days()
        for field, text in reading.happened.items():
            self._happened(field, text)
        modified = self._modified()
        self._require_order(days)
        ssin, number = self._ssin(), self._enterprise_number()
        pay = self._pay()
        period = self._pay_period()
        filed_on = days.get(Fact.FILED)
        if status is None or category is None or modified is None or filed_on is None or number is None:
            return None
        if pay is None or period is None:
            return None
        return CanonicalRecord(
            authority=reading.authority,
            key=reading.text(Fact.KEY) or "",
            modified_at=modified,
            status=status,
            category=category,
            filed_on=filed_on,
            admissible_on=days.get(Fact.ADMISSIBLE),
            decided_on=days.get(Fact.DECIDED),
            valid_from=days.get(Fact.VALID_FROM),
            valid_to=days.get(Fact.VALID_TO),
            family_name=reading.text(Fact.FAMILY_NAME),
            given_name=reading.text(Fact.GIVEN_NAME),
            birth_date=days.get(Fact.BIRTH_DATE),
            nationality=self._nationality(),
            ssin=ssin,
            enterprise_number=number,
            employer_name=reading.text(Fact.EMPLOYER_NAME),
            job_title=reading.text(Fact.JOB_TITLE),
            gross_pay=pay,
            pay_period=period,
        )

    def facts(self) -> dict[Fact, date | datetime | Decimal | str | None]:
        """The facts that are more than a text, each read by itself."""
        return {
            **dict.fromkeys(_DAYS),
            **self._days(),
            Fact.STATUS: self._status(),
            Fact.CATEGORY: self._code(Fact.CATEGORY, "category"),
            Fact.MODIFIED: self._modified(),
            Fact.NATIONALITY: self._nationality(),
            Fact.SSIN: self._ssin(),
            Fact.ENTERPRISE_NUMBER: self._enterprise_number(),
            Fact.PAY: self._pay(),
            Fact.PAY_PERIOD: self._pay_period(),
        }

    def _status(self) -> str | None:
        word = self._reading.text(Fact.STATUS)
        if word is None:
            return None
        if self._vocabularies.needs_actor(word):
            actor = self._reading.text(Fact.ACTOR)
            status = self._vocabularies.status_by_actor(word, actor)
            if status is None:
                self._find(RefusalReason.STATUS_AMBIGUOUS, Fact.STATUS, "it means two things, and no actor tells which")
            return status
        status = self._vocabularies.code("status", word)
        if status is None:
            self._find(RefusalReason.STATUS_UNKNOWN, Fact.STATUS, "no status is known under this name")
        return status

    def _code(self, fact: Fact, vocabulary: str) -> str | None:
        word = self._reading.text(fact)
        return None if word is None else self._vocabularies.code(vocabulary, word)

    def _nationality(self) -> str | None:
        """By its name or its ISO code; one that is neither stays in the raw record."""
        word = self._reading.text(Fact.NATIONALITY)
        if word is not None and _COUNTRY_CODE.fullmatch(word):
            return word
        return self._code(Fact.NATIONALITY, "nationality")

    def _require_lengths(self) -> None:
        for fact, text in self._reading.texts.items():
            # Nearly every text is within the shortest bound.
            if len(text) > LONGEST_FILE_NUMBER and len(text) > (longest := _LONGEST.get(fact, _LONGEST_TEXT)):
                self._find(RefusalReason.FIELD_TOO_LONG, fact, f"it is longer than {longest} characters")
        for field, text in self._reading.others.items():
            if len(text) > _LONGEST_TEXT:
                sentence = f"it is longer than {_LONGEST_TEXT} characters"
                self._find_at(RefusalReason.FIELD_TOO_LONG, field, sentence)

    def _days(self) -> dict[Fact, date]:
        """The days that the record states, and that can be meant."""
        days: dict[Fact, date] = {}
        for fact in _DAYS:
            text = self._reading.texts.get(fact)
            if text is None or (fact is Fact.VALID_TO and text == NO_END):
                continue
            day = self._plausible(self._reading.field(fact), text, self._may_be(fact))
            if day is not None:
                days[fact] = day
        return days

    def _may_be(self, fact: Fact) -> Callable[[date], bool]:
        if fact is Fact.VALID_FROM:
            return may_begin
        if fact is Fact.VALID_TO:
            return may_end
        return self._calendar.born if fact is Fact.BIRTH_DATE else self._calendar.happened

    def _happened(self, field: str, text: str) -> None:
        self._plausible(field, text, self._calendar.happened)

    def _plausible(self, field: str, text: str, may_be: Callable[[date], bool]) -> date | None:
        day = day_of(text)
        if day is None:
            self._find_at(RefusalReason.DATE_INVALID, field, "it is no day of the calendar written dd/mm/yyyy")
        elif not may_be(day):
            self._find_at(RefusalReason.DATE_INVALID, field, "no such day can be meant: it is too early or too late")
            return None
        return day

    def _modified(self) -> datetime | None:
        text = self._reading.text(Fact.MODIFIED)
        moment = None if text is None else moment_of(text)
        if text is not None and moment is None:
            self._find(RefusalReason.DATE_INVALID, Fact.MODIFIED, "it is no moment that can be read")
        elif moment is not None and not self._calendar.changed(moment):
            self._find(RefusalReason.DATE_INVALID, Fact.MODIFIED, "no such moment can be meant: too early or too late")
        return moment

    def _require_order(self, days: dict[Fact, date]) -> None:
        known = [(fact, days[fact]) for fact in _IN_ORDER if fact in days]
        for (earlier, before), (later, after) in pairwise(known):
            if before > after:
                sentence = f"it lies before {self._reading.field(earlier)}"
                self._find(RefusalReason.DATES_OUT_OF_ORDER, later, sentence)
        filed, born = days.get(Fact.FILED), days.get(Fact.BIRTH_DATE)
        if filed is not None and born is not None and born >= filed:
            self._find(RefusalReason.DATE_INVALID, Fact.BIRTH_DATE, "nobody files before being born")

    def _ssin(self) -> str | None:
        text = self._reading.text(Fact.SSIN)
        if text is None:
            return None
        today = self._calendar.extracted_on
        try:
            return Ssin.parse(_BETWEEN_SSIN_DIGITS.sub("", text), today=today).digits
        except IdentifierInvalid as why:
            self._find(RefusalReason.IDENTIFIER_INVALID, Fact.SSIN, why.problem)
            return None

    def _enterprise_number(self) -> str | None:
        text = self._reading.text(Fact.ENTERPRISE_NUMBER)
        if text is None:
            return None
        try:
            return EnterpriseNumber.parse(enterprise_digits(text)).digits
        except IdentifierInvalid as why:
            self._find(RefusalReason.IDENTIFIER_INVALID, Fact.ENTERPRISE_NUMBER, why.problem)
            return None

    def _pay(self) -> Decimal | None:
        text = self._reading.text(Fact.PAY)
        if text is None:
            return None
        pay = amount_of(text)
        if pay is None or not pay:
            self._find(RefusalReason.AMOUNT_INVALID, Fact.PAY, "it is no amount written 52.000,00, or it is zero")
        return pay

    def _pay_period(self) -> str | None:
        """A year where the source has no such field; a word that is not known makes the amount unreadable."""
        if self._reading.text(Fact.PAY_PERIOD) is None:
            return _YEAR
        period = self._code(Fact.PAY_PERIOD, "payPeriod")
        if period is None:
            self._find(RefusalReason.AMOUNT_INVALID, Fact.PAY_PERIOD, "no pay period is known under this name")
        return period

    def _find(self, reason: RefusalReason, fact: Fact, sentence: str) -> None:
        self._find_at(reason, self._reading.field(fact), sentence)

    def _find_at(self, reason: RefusalReason, field: str, sentence: str) -> None:
        if field not in self._spoilt and (reason, field) not in self._found:
            self._found.add((reason, field))
            self.findings.append(Finding(reason, field, sentence))
