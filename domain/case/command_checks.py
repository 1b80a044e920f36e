"""What is sent to change a case, checked before it becomes a command; as in :mod:`domain.case.completeness`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final

from domain.case.admissibility import ADMISSIBILITY_OUTCOMES
from domain.case.commands import (
    AssignCase,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    PauseClock,
    ProvideInformation,
    RecordFeePayment,
    RequestInformation,
    ResumeClock,
    VoidFeePayment,
    WithdrawApplication,
    WithdrawAssignment,
    WithdrawDocument,
)
from domain.case.completeness import check_corrected_parts
from domain.case.decision import OUTCOMES
from domain.case.grounds import INADMISSIBILITY_GROUNDS, REFUSAL_GROUNDS
from domain.case.processing import PAUSE_GROUND
from domain.case.refusals import InputIssue
from domain.case.value_checks import (
    REQUIRED_INPUT,
    Issues,
    at_most,
    day_within,
    digest,
    euros,
    free_text,
    line,
    no_repetition,
    not_the_identifier,
    number_within,
    one_of,
    spelled,
)
from domain.codes import (
    FEE_RECIPIENTS,
    INFORMATION_ITEMS,
    PAUSE_GROUNDS,
    RESIDENCE_REFUSAL_GROUNDS,
)
from domain.identifiers import IdentifierInvalid
from domain.structured_communications import StructuredCommunication, looks_structured

HIGHEST_FEE: Final = Decimal(10_000)
"""EUR. A higher payment has more likely been written in cents."""

EARLIEST_PAYMENT: Final = date(2018, 12, 24)
"""The single permit exists since this day; nobody paid for one before."""

MOST_PAUSES: Final = 1000
MOST_PAYMENTS: Final = 1000

HANDLER: Final = re.compile(r"caseHandler:[A-Za-z0-9._-]{1,64}", re.ASCII)

Found = tuple[InputIssue, ...]


def check_withdrawal(command: WithdrawApplication) -> Found:
    return () if command.reason is None else tuple(free_text("reason", command.reason))


def check_fee_payment(command: RecordFeePayment, *, today: date) -> Found:
    return tuple(
        chain(
            one_of("recipient", command.recipient, FEE_RECIPIENTS),
            euros("amount", command.amount, HIGHEST_FEE),
            day_within("paidOn", command.paid_on, EARLIEST_PAYMENT, today),
            line("paymentReference", command.payment_reference),
            _check_digits("paymentReference", command.payment_reference),
        )
    )


def check_voided_payment(command: VoidFeePayment) -> Found:
    return tuple(
        chain(number_within("payment", command.payment, 1, MOST_PAYMENTS), free_text("reason", command.reason))
    )


def _check_digits(path: str, reference: str) -> Issues:
    """Those of a structured communication, where a reference is written as one."""
    if looks_structured(reference):
        try:
            StructuredCommunication.parse(reference)
        except IdentifierInvalid as why:
            yield not_the_identifier(path, why)


def check_assignment(command: AssignCase) -> Found:
    return tuple(spelled("handler", command.handler, HANDLER, "the actor of a case handler, such as caseHandler:h-12"))


def check_assignment_withdrawal(command: WithdrawAssignment) -> Found:
    return tuple(free_text("reason", command.reason))


def check_withdrawn_document(command: WithdrawDocument) -> Found:
    return (*digest("sha256", command.sha256), *free_text("reason", command.reason))


def check_correction(command: CorrectCase, *, today: date) -> Found:
    nothing: Issues = iter(())
    if command.employer is None and command.worker is None and command.employment is None:
        nothing = iter(
            (
                InputIssue(
                    path="$",
                    code=REQUIRED_INPUT,
                    problem="it corrects nothing",
                    remedy="send at least one of employer, worker and employment, each as a whole",
                ),
            )
        )
    return tuple(chain(free_text("reason", command.reason), nothing, check_corrected_parts(command, today=today)))


def check_information_request(command: RequestInformation) -> Found:
    return tuple(
        chain(
            at_most("items", command.items, at_least=1),
            *(one_of(f"items[{n}]", item, INFORMATION_ITEMS) for n, item in enumerate(command.items)),
            no_repetition("items", command.items),
            free_text("question", command.question),
        )
    )


def check_answer(command: ProvideInformation) -> Found:
    return tuple(
        chain(
            free_text("answer", command.answer),
            at_most("documents", command.documents),
            *(digest(f"documents[{n}]", each) for n, each in enumerate(command.documents)),
            no_repetition("documents", command.documents),
        )
    )


def check_admissibility(command: DecideAdmissibility) -> Found:
    return _outcome(
        command.outcome, ADMISSIBILITY_OUTCOMES, command.grounds, INADMISSIBILITY_GROUNDS, command.motivation
    )


def check_work_part(command: DecideWorkPart) -> Found:
    return _outcome(command.outcome, OUTCOMES, command.grounds, REFUSAL_GROUNDS, command.motivation)


def check_residence_part(command: DecideResidencePart, *, today: date) -> Found:
    outcome = _outcome(command.outcome, OUTCOMES, command.grounds, RESIDENCE_REFUSAL_GROUNDS, command.motivation)
    if command.decided_on is None:
        return outcome
    return (*outcome, *day_within("decidedOn", command.decided_on, EARLIEST_PAYMENT, today))


def check_pause(command: PauseClock, *, today: date) -> Found:
    grounds = tuple(ground for ground in PAUSE_GROUNDS if ground != PAUSE_GROUND)
    return tuple(
        chain(
            day_within("on", command.on, EARLIEST_PAYMENT, today),
            one_of("ground", command.ground, grounds),
            free_text("motivation", command.motivation),
            () if command.legal_reference is None else line("legalReference", command.legal_reference),
        )
    )


def check_resumption(command: ResumeClock, *, today: date) -> Found:
    return tuple(
        chain(day_within("on", command.on, EARLIEST_PAYMENT, today), free_text("motivation", command.motivation))
    )


def check_corrected_pause(command: CorrectPause, *, today: date) -> Found:
    return tuple(
        chain(
            number_within("pause", command.pause, 1, MOST_PAUSES),
            day_within("from", command.from_, EARLIEST_PAYMENT, today),
            () if command.to is None else day_within("to", command.to, EARLIEST_PAYMENT, today),
            free_text("motivation", command.motivation),
        )
    )


def _outcome(
    outcome: str, outcomes: tuple[str, ...], grounds: tuple[str, ...], known: tuple[str, ...], motivation: str | None
) -> Found:
    """A decision as it is worded; whether the file bears it is for the decider."""
    return tuple(
        chain(
            one_of("outcome", outcome, outcomes),
            *(one_of(f"grounds[{n}]", ground, known) for n, ground in enumerate(grounds)),
            no_repetition("grounds", grounds),
            () if motivation is None else free_text("motivation", motivation),
        )
    )
