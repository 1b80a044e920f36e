"""Why a reply is no answer: the bank's codes and HTTP's statuses as reasons."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from domain.crossroads.answers import UnansweredReason
from infra.crossroads.errors import FailedAttempt
from infra.crossroads.protocol import ReceivedReply

# The codes of the bank (MSG...), of its suppliers (HAN...) and of MAGDA (digits) that are documented at
# vlaamseoverheid.atlassian.net/wiki/spaces/MG/pages/2104688821.
_REASON_OF_CODE: Final = {
    "MSG00003": UnansweredReason.INTERNAL_ERROR,
    "MSG00005": UnansweredReason.SSIN_UNKNOWN,
    "MSG00006": UnansweredReason.SSIN_REPLACED,
    "MSG00008": UnansweredReason.REQUEST_REJECTED,
    "MSG00009": UnansweredReason.PERSON_DECEASED,
    "MSG00011": UnansweredReason.REQUEST_REJECTED,
    "MSG00012": UnansweredReason.NOT_REGISTERED,
    "MSG00013": UnansweredReason.NO_ACCESS,
    "HAN20200": UnansweredReason.INCOMPLETE_DATA,
    "40001": UnansweredReason.NO_ACCESS,
    "40003": UnansweredReason.NOT_REGISTERED,
    "40035": UnansweredReason.REQUEST_REJECTED,
    "50000": UnansweredReason.INTERNAL_ERROR,
    "70001": UnansweredReason.INTERNAL_ERROR,
    "70002": UnansweredReason.INTERNAL_ERROR,
    "70003": UnansweredReason.INTERNAL_ERROR,
    "99996": UnansweredReason.SOURCE_UNAVAILABLE,
}

_MAINTENANCE: Final = "urn:problem-type:cbss:maintenance"
_A_VERY_LONG_TIME_SECONDS: Final = 1e9


def reason_of_code(code: str) -> UnansweredReason:
    """What a code other than success means for the question."""
    return _REASON_OF_CODE.get(code, UnansweredReason.UNKNOWN_CODE)


class Issue(BaseModel):
    """What is wrong with one property of a request."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)
    type: str = ""
    replaced_by: str | None = None


class Problem(BaseModel):
    """The part of a problem+json that is read; empty for a body that is none."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    type: str = ""
    issues: tuple[Issue, ...] = ()


def problem_of(reply: ReceivedReply) -> Problem:
    """The problem that a reply states, if any."""
    try:
        return Problem.model_validate_json(reply.content)
    except ValidationError:
        return Problem()


def failure_of_status(reply: ReceivedReply) -> FailedAttempt:
    """The failure that an HTTP status other than 200 means, with the time the bank requests to stay away."""
    status = reply.status
    if status == 429:
        reason = UnansweredReason.TOO_MANY_REQUESTS
    elif status in {401, 403}:
        reason = UnansweredReason.NO_ACCESS
    elif 400 <= status < 500:
        reason = UnansweredReason.REQUEST_REJECTED
    elif status == 500:
        reason = UnansweredReason.INTERNAL_ERROR
    elif status == 503 and problem_of(reply).type == _MAINTENANCE:
        reason = UnansweredReason.MAINTENANCE
    elif 500 <= status < 600:
        reason = UnansweredReason.SERVICE_UNAVAILABLE
    else:
        reason = UnansweredReason.MALFORMED_ANSWER
    return FailedAttempt(reason, stay_away_seconds=_seconds_to_stay_away(reply.retry_after))


def _seconds_to_stay_away(retry_after: str | None) -> float:
    """The header Retry-After in seconds, given as a number or as a moment; 0 where it says nothing usable."""
    if retry_after is None:
        return 0.0
    if re.fullmatch("[0-9]+", retry_after):
        return float(retry_after) if len(retry_after) < 10 else _A_VERY_LONG_TIME_SECONDS
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):  # the second for years and offsets beyond any number of C
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), _A_VERY_LONG_TIME_SECONDS)
