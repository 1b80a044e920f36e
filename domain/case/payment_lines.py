"""Payments as a bank statement lists them, a line each: what can be wrong with a line, before and beside its case.

A line is the same payment wherever it is sent from: by its communication, its day and its amount. So a list that is
sent again, because sending it was interrupted, records nothing twice, and no table of lists is kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from domain.case.command_checks import EARLIEST_PAYMENT, HIGHEST_FEE
from domain.case.commands import RecordFeePayment
from domain.case.fee_payments import is_same_payment, payment_on_record
from domain.case.fees import communication_of
from domain.case.lifecycle import Case
from domain.case.value_checks import day_within, euros
from domain.identifiers import MALFORMED, IdentifierInvalid
from domain.structured_communications import StructuredCommunication

MOST_LINES: Final = 500
COLUMNS: Final = ("paid_on", "amount", "structured_reference")

_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?", re.ASCII)


class LineOutcome(StrEnum):
    """What becomes of a line."""

    READY = "ready"
    RECORDED = "recorded"
    ON_RECORD = "onRecord"
    COLUMNS_WRONG = "columnsWrong"
    DAY_NOT_POSSIBLE = "dayNotPossible"
    AMOUNT_NOT_POSSIBLE = "amountNotPossible"
    COMMUNICATION_MALFORMED = "communicationMalformed"
    WRONG_CHECK_DIGITS = "wrongCheckDigits"
    REPEATED = "repeatedInTheFile"
    APPLICATION_UNKNOWN = "applicationUnknown"
    CASE_ENDED = "caseEnded"
    VOIDED_BEFORE = "voidedBefore"
    REFUSED = "refused"


GOOD: Final = frozenset({LineOutcome.READY, LineOutcome.RECORDED, LineOutcome.ON_RECORD})
"""What stands in nobody's way: a list with any other line is not recorded at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLine:
    """A line as it was sent: ``number`` counts from 1. What could not be read of it is None."""

    number: int
    paid_on: date | None
    amount: Decimal | None
    communication: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """A line that is in order by itself: EUR ``amount`` was paid on ``paid_on`` under ``communication``."""

    number: int
    paid_on: date
    amount: Decimal
    communication: StructuredCommunication

    @property
    def same(self) -> tuple[str, date, Decimal]:
        """By what two lines are one payment."""
        return self.communication.digits, self.paid_on, self.amount


class NotAList(Exception):
    """A file is no list of payments as a whole; ``problem`` and ``remedy`` are for its sender."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}; {remedy}")


def lines_of(text: str) -> tuple[SentLine, ...]:
    """The lines of a CSV file, each with the number that an editor shows; blank ones are passed over.

    The first line names the columns of :data:`COLUMNS`, in any order; others are not read. Cells are separated by
    semicolons, or by commas. A line ends where it ends: no quotation mark takes the next one along. Raises
    :class:`NotAList`.
    """
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    header = rows[0]
    separator = ";" if ";" in header else ","
    names = [each.strip().lower() for each in header.replace('"', "").split(separator)]
    if any(names.count(each) != 1 for each in COLUMNS):
        raise NotAList(
            "its first line does not name each of the three columns once",
            f"write {';'.join(COLUMNS)} as the first line",
        )
    found = [(number, row) for number, row in enumerate(rows[1:], start=2) if row.strip(f' "{separator}\t')]
    if not 1 <= len(found) <= MOST_LINES:
        raise NotAList(f"it does not have 1 to {MOST_LINES} payments", "divide it over several files")
    return tuple(_line(number, _cells(row, separator), names) for number, row in found)


def judged_alone(sent: Sequence[SentLine], today: date) -> Iterator[PaymentLine | tuple[SentLine, LineOutcome]]:
    """Each line in its order: in order by itself and among the others, or what is wrong with it."""
    met: set[tuple[str, date, Decimal]] = set()
    for each in sent:
        found = _alone(each, today)
        if isinstance(found, LineOutcome):
            yield each, found
        elif found.same in met:
            yield each, LineOutcome.REPEATED
        else:
            met.add(found.same)
            yield found


def command_of(case: Case, line: PaymentLine) -> RecordFeePayment | None:
    """The command that records the line in this case; None where it is not a payment of this case."""
    fee = line.communication.fee
    if fee is None or communication_of(case, fee.recipient) != line.communication:
        return None
    return RecordFeePayment(
        recipient=fee.recipient,
        amount=line.amount,
        paid_on=line.paid_on,
        payment_reference=str(line.communication),
    )


def judged_in(case: Case, command: RecordFeePayment) -> LineOutcome:
    """What would become of the command. One that was voided is recorded again only in its case, by a person."""
    if payment_on_record(case, command) is not None:
        return LineOutcome.ON_RECORD
    if not case.is_open:
        return LineOutcome.CASE_ENDED
    if any(each.is_voided and is_same_payment(each, command) for each in case.payments):
        return LineOutcome.VOIDED_BEFORE
    return LineOutcome.READY


def _alone(sent: SentLine, today: date) -> PaymentLine | LineOutcome:
    if sent.communication is None:
        return LineOutcome.COLUMNS_WRONG
    if sent.paid_on is None or any(day_within("paidOn", sent.paid_on, EARLIEST_PAYMENT, today)):
        return LineOutcome.DAY_NOT_POSSIBLE
    if sent.amount is None or any(euros("amount", sent.amount, HIGHEST_FEE)):
        return LineOutcome.AMOUNT_NOT_POSSIBLE
    try:
        communication = StructuredCommunication.parse(sent.communication)
    except IdentifierInvalid as why:
        malformed = why.code == MALFORMED
        return LineOutcome.COMMUNICATION_MALFORMED if malformed else LineOutcome.WRONG_CHECK_DIGITS
    return PaymentLine(number=sent.number, paid_on=sent.paid_on, amount=sent.amount, communication=communication)


def _cells(row: str, separator: str) -> list[str] | None:
    try:
        (cells,) = csv.reader([row], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return None
    return [each.strip() for each in cells]


def _line(number: int, cells: list[str] | None, names: list[str]) -> SentLine:
    if cells is None or len(cells) != len(names):
        return SentLine(number=number, paid_on=None, amount=None, communication=None)
    paid_on, amount, communication = (cells[names.index(each)] for each in COLUMNS)
    # An apostrophe keeps a spreadsheet from taking a communication for a formula.
    return SentLine(
        number=number, paid_on=_day(paid_on), amount=_amount(amount), communication=communication.removeprefix("'")
    )


def _day(text: str) -> date | None:
    """A day as ISO 8601 or as people in Belgium write it."""
    written = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(text) if written is None else date(*(int(written[each]) for each in (3, 2, 1)))
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    """Euros and cents, with a point or a comma between them and nothing between thousands."""
    if _AMOUNT.fullmatch(text) is None:
        return None
    try:
        return Decimal(text.replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
