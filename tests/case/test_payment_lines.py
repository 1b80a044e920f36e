"""Lists of payments: what a file says, line by line, and what would become of each payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.commands import WithdrawApplication
from domain.case.events import CaseEvent
from domain.case.fees import communication_of
from domain.case.payment_lines import (
    MOST_LINES,
    LineOutcome,
    NotAList,
    PaymentLine,
    SentLine,
    command_of,
    judged_alone,
    judged_in,
    lines_of,
)
from tests.case.vocabulary import TODAY, fee, filed, happened, state_after, void

HEADER = "paid_on;amount;structured_reference\n"
OURS = str(communication_of(state_after(filed()), "federal"))


def outcomes(text: str) -> dict[int, LineOutcome | None]:
    """What is wrong with each line by its number, None where nothing is."""
    return {
        each.number if isinstance(each, PaymentLine) else each[0].number: None
        if isinstance(each, PaymentLine)
        else each[1]
        for each in judged_alone(lines_of(text), TODAY)
    }


def line(paid_on: str = "2026-01-19", amount: str = "152.00", communication: str = OURS) -> PaymentLine:
    (found,) = judged_alone(lines_of(f"{HEADER}{paid_on};{amount};{communication}"), TODAY)
    assert isinstance(found, PaymentLine)
    return found


class TestTheFile:
    @pytest.mark.parametrize(
        "text",
        [
            f"{HEADER}2026-01-19;152.00;{OURS}",
            f"\ufeff{HEADER}19/01/2026;152,00;{OURS}\r\n",
            f"structured_reference;Paid_On;amount;name\n{OURS.strip('+')};19.01.2026;152;Müller",
            f'"paid_on","amount","structured_reference"\n"2026-01-19","152.00","{OURS}"\n\n',
            f"{HEADER}2026-01-19;152.0;'{OURS}",
        ],
    )
    def test_a_payment_is_read_however_the_file_is_written(self, text: str) -> None:
        ((found),) = judged_alone(lines_of(text), TODAY)
        assert isinstance(found, PaymentLine)
        assert (found.number, found.paid_on, found.amount, str(found.communication)) == (
            2, date(2026, 1, 19), Decimal("152.00"), OURS,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            (f"2026-01-19;152.00;{OURS};more", LineOutcome.COLUMNS_WRONG),
            ("2026-01-19;152.00", LineOutcome.COLUMNS_WRONG),
            (f'2026-01-19;152.00;"{OURS}', LineOutcome.COLUMNS_WRONG),
            (f"31/02/2026;152.00;{OURS}", LineOutcome.DAY_NOT_POSSIBLE),
            (f"2026-01-21;152.00;{OURS}", LineOutcome.DAY_NOT_POSSIBLE),
            (f"2018-12-23;152.00;{OURS}", LineOutcome.DAY_NOT_POSSIBLE),
            (f"2026-01-19;0.00;{OURS}", LineOutcome.AMOUNT_NOT_POSSIBLE),
            (f"2026-01-19;-152.00;{OURS}", LineOutcome.AMOUNT_NOT_POSSIBLE),
            (f"2026-01-19;1.152,00;{OURS}", LineOutcome.AMOUNT_NOT_POSSIBLE),
            (f"2026-01-19;152.001;{OURS}", LineOutcome.AMOUNT_NOT_POSSIBLE),
            (f"2026-01-19;15200000;{OURS}", LineOutcome.AMOUNT_NOT_POSSIBLE),
            ("2026-01-19;152.00;invoice 12", LineOutcome.COMMUNICATION_MALFORMED),
            ("2026-01-19;152.00;", LineOutcome.COMMUNICATION_MALFORMED),
            ("2026-01-19;152.00;+++126/0001/23444+++", LineOutcome.WRONG_CHECK_DIGITS),
        ],
    )
    def test_what_is_wrong_with_a_line_is_said_of_that_line(self, row: str, expected: LineOutcome) -> None:
        # given a good line on either side, which an unclosed quotation mark does not swallow
        text = f"{HEADER}2026-01-17;1.00;{OURS}\n{row}\n\n2026-01-18;1.00;{OURS}\n"
        assert outcomes(text) == {2: None, 3: expected, 5: None}

    def test_the_same_payment_twice_in_a_file_is_one_too_many(self) -> None:
        text = f"{HEADER}2026-01-19;152.00;{OURS}\n19/1/2026;152;{OURS.strip('+')}\n2026-01-19;2.00;{OURS}"
        assert outcomes(text) == {2: None, 3: LineOutcome.REPEATED, 4: None}

    @pytest.mark.parametrize(
        "text",
        ["", "\n\n", HEADER, "paid_on;amount\n2026-01-19;1", "paid_on;amount;amount;structured_reference\n",
         f"2026-01-19;152.00;{OURS}", HEADER + f"2026-01-19;152.00;{OURS}\n" * (MOST_LINES + 1)],
    )  # fmt: skip
    def test_a_file_that_is_no_list_is_refused_whole(self, text: str) -> None:
        with pytest.raises(NotAList):
            lines_of(text)

    @given(st.text(max_size=200))
    def test_any_text_is_judged_or_refused(self, text: str) -> None:
        assert len(outcomes(f"{HEADER}2026-01-17;1.00;{OURS}\n{text}")) >= 1


class TestInItsCase:
    def judged(self, past: list[CaseEvent] | None = None, found: PaymentLine | None = None) -> LineOutcome:
        case = state_after(filed() if past is None else past)
        command = command_of(case, found or line())
        assert command is not None
        return judged_in(case, command)

    def test_a_payment_that_is_new_can_be_recorded(self) -> None:
        command = command_of(state_after(filed()), line())
        assert command == fee(reference=OURS)
        assert self.judged() is LineOutcome.READY

    def test_one_that_is_on_record_counts_once_also_after_the_end(self) -> None:
        paid = happened(filed(), fee(reference=OURS))
        assert self.judged(paid) is LineOutcome.ON_RECORD
        assert self.judged(happened(paid, WithdrawApplication())) is LineOutcome.ON_RECORD
        assert self.judged(paid, line(amount="2.00")) is LineOutcome.READY

    def test_a_case_that_has_ended_takes_none(self) -> None:
        assert self.judged(happened(filed(), WithdrawApplication())) is LineOutcome.CASE_ENDED

    def test_what_was_voided_does_not_come_back_with_the_next_list(self) -> None:
        assert self.judged(happened(filed(), fee(reference=OURS), void())) is LineOutcome.VOIDED_BEFORE

    def test_a_payment_for_another_case_is_none_of_this_one(self) -> None:
        assert command_of(state_after(filed()), line(communication="+++126/0001/23443+++")) is None
        assert command_of(state_after(filed()), line(communication="+++090/9337/55493+++")) is None


def test_a_line_that_a_program_sends_is_judged_by_the_same_rules() -> None:
    sent = SentLine(number=1, paid_on=TODAY, amount=Decimal("1.001"), communication=OURS)
    assert list(judged_alone([sent], TODAY)) == [(sent, LineOutcome.AMOUNT_NOT_POSSIBLE)]
