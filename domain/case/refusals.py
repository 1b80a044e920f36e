"""Why a command is refused, in domain words with stable codes; only ``api.http.problems`` knows status numbers.

The errors of a case, some of them beside what raises them:

    CommandRefused      the command does not fit the case
    └── StaleVersion    the case has moved on since the caller read it
    InvalidInput        what was sent cannot be accepted, with all its issues
    ├── NotRecordable   it holds what no log, topic or read model can hold
    └── UnsearchableText    nothing can be searched by it
    DocumentRefused     a file is not taken (document_rules)
    NotAList            a file is no list of payments (payment_lines)
    StreamHasMoved      somebody appended meanwhile, and the command is tried again (handling)
    TooManyWriters      others changed the case at each attempt (handling)
    StreamCorrupt       the events of a stream make no case: our fault, and no refusal (folding)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Stable codes of refusal; clients match on them."""

    APPLICATION_UNKNOWN = "applicationUnknown"
    ALREADY_SUBMITTED = "applicationAlreadySubmitted"
    AUTHORITY_NOT_LIVE = "authorityNotLive"
    ALREADY_DECIDED = "decisionAlreadyMade"
    ALREADY_WITHDRAWN = "applicationWithdrawn"
    CHECK_PENDING = "checkPending"
    REQUIREMENT_NOT_MET = "requirementNotMet"
    MOTIVATION_REQUIRED = "motivationRequired"
    GROUND_REQUIRED = "groundRequired"
    GROUND_NOT_SUPPORTED = "groundNotSupported"
    GROUND_NOT_APPLICABLE = "groundNotApplicable"
    DECLARED_INADMISSIBLE = "applicationInadmissible"
    NOT_ADMISSIBLE_YET = "notAdmissibleYet"
    ALREADY_ADMISSIBLE = "alreadyAdmissible"
    WORK_PART_NOT_GRANTED = "workPartNotGranted"
    WORK_PART_DECIDED = "workPartAlreadyDecided"
    NOT_FORWARDED = "notForwarded"
    ALREADY_FORWARDED = "alreadyForwarded"
    INFORMATION_OUTSTANDING = "informationOutstanding"
    REQUEST_UNKNOWN = "informationRequestUnknown"
    REQUEST_ANSWERED = "informationAlreadyProvided"
    ANSWER_TERM_EXPIRED = "answerTermExpired"
    TERM_UNKNOWN = "termUnknown"
    DOCUMENT_NOT_ATTACHED = "documentNotAttached"
    MANDATE_NOT_CLAIMED = "mandateNotClaimed"
    PAYMENT_ALREADY_RECORDED = "paymentAlreadyRecorded"
    PAYMENT_OF_ANOTHER_APPLICATION = "paymentOfAnotherApplication"
    PAYMENT_TO_ANOTHER_RECIPIENT = "paymentToAnotherRecipient"
    PAYMENT_UNKNOWN = "paymentUnknown"
    CLOCK_PAUSED = "clockPaused"
    CLOCK_NOT_PAUSED = "clockNotPaused"
    PAUSE_UNKNOWN = "pauseUnknown"
    PAUSE_NOT_POSSIBLE = "pauseNotPossible"
    DAY_NOT_POSSIBLE = "dayNotPossible"
    NOT_CORRECTABLE_NOW = "notCorrectableNow"
    CASE_IS_FULL = "caseIsFull"
    STALE_VERSION = "staleVersion"
    IDEMPOTENCY_KEY_REUSED = "idempotencyKeyReused"


class CommandRefused(Exception):
    """The command does not fit the case; nothing was written. The text holds no personal data."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(f"{reason.value}: {sentence}")
        self.reason = reason
        self.sentence = sentence


class StaleVersion(CommandRefused):
    """The case has moved on since the caller read it."""

    def __init__(self, *, expected: int, current: int) -> None:
        super().__init__(
            Reason.STALE_VERSION,
            f"the case is at version {current}, not {expected}: read it again and decide on what it says now",
        )
        self.expected = expected
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class InputIssue:
    """One thing wrong with what was sent: where (``path``, as written on the wire), what, and the remedy."""

    path: str
    code: str
    problem: str
    remedy: str


class InvalidInput(Exception):
    """What was sent cannot be accepted; all issues found are listed and nothing was written."""

    def __init__(self, issues: tuple[InputIssue, ...]) -> None:
        super().__init__("; ".join(f"{issue.path}: {issue.problem}" for issue in issues))
        self.issues = issues


class NotRecordable(InvalidInput):
    """An event or a command holds what no log, topic or read model can; nothing was written.

    ``what`` is its name. The text names the places by their paths on the wire, and nothing of their values.
    """

    def __init__(self, what: str, issues: tuple[InputIssue, ...]) -> None:
        super().__init__(issues)
        self.what = what

    def __str__(self) -> str:
        places = "; ".join(f"{each.path}: {each.problem}, {each.remedy}" for each in self.issues)
        return f"{self.what} cannot be recorded: {places}"


def require_no_issues(issues: Iterable[InputIssue]) -> None:
    """Raises :class:`InvalidInput` when there are any."""
    found = tuple(issues)
    if found:
        raise InvalidInput(found)
