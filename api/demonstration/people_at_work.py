"""The participants of a demonstration: applicants and case handlers, over the real HTTP interface."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, assert_never
from urllib.parse import urlsplit

from api.demonstration.callers import Callers
from api.demonstration.conversation import Answered, Conversation
from api.demonstration.papers import Paper
from api.demonstration.people import Party
from api.demonstration.plan import PlannedCase
from api.demonstration.steps import Answer, DecideWork, Send, Step
from api.http.problems import API_ROOT
from domain.unusable import Unusable

_ATTEMPTS: Final = 40
_PATIENCE: Final = 0.25

_JSON: Final = {"Content-Type": "application/json"}
_NOTHING: Final[Mapping[str, str]] = {}

_WORK_PART: Final = "workPart"
_RESIDENCE_PART: Final = "residencePart"
_CLOSED: Final = "closed"


class DemonstrationFailed(Unusable):
    """The service answered what the demonstration did not expect."""


class Done(StrEnum):
    """The outcome of a step, where its resource alone does not give it."""

    FILED = "applications"
    REFUSED_AT_FIRST = "turnedAway"
    ATTACHED = "documents"
    ANSWERED = "answers"
    WORK_LEFT_OPEN = "workPartDecisions/leftOpen"


@dataclass(slots=True, kw_only=True)
class FiledCase:
    """A case as its players last saw it; ``etag`` is None while others may have changed it since."""

    planned: PlannedCase
    id: str
    href: str
    reference: str
    etag: str | None
    status: str
    stage: str


class Participants:
    """Speaks to the service at ``address``; safe to use from many threads, though for one case from one at a time."""

    def __init__(self, address: str, callers: Callers) -> None:
        self._service = Conversation(address)
        self._callers = callers

    def close(self) -> None:
        self._service.close()

    def file(self, planned: PlannedCase) -> tuple[FiledCase, list[str]]:
        """File the application with its documents, and say what was done.

        A filer in a hurry is refused first and then corrects what the answer lists.
        """
        filing, done = planned.filing, [Done.FILED.value]
        if filing.defect is not None:
            self._file(planned, filing.defect, "defect", expected=400)
            done.append(Done.REFUSED_AT_FIRST)
        filed = self._file(planned, filing.body, "file", expected=201)
        body = filed.body
        case = FiledCase(
            planned=planned,
            id=body["id"],
            href=body["href"],
            reference=body["reference"],
            etag=filed.etag,
            status=body["status"],
            stage=body["stage"],
        )
        for paper in planned.papers:
            self._attach(case, filing.filer, paper)
            done.append(Done.ATTACHED)
        # The Crossroads Bank has been queried: its answers change the case.
        case.etag = None
        return case, done

    def take(self, case: FiledCase, step: Step) -> list[str]:
        """Take the steps of the plan, and return what was done: nothing for a case that has already ended."""
        if case.stage == _CLOSED:
            return []
        match step:
            case Send():
                return self._send(case, step)
            case Answer():
                return self._answer_request(case, step)
            case DecideWork():
                return [self._decide_work(case, step)]
            case _:
                assert_never(step)

    def _send(self, case: FiledCase, step: Send) -> list[str]:
        if step.after_grant and case.stage != _RESIDENCE_PART:
            return []
        self._change(case, step.by, step.resource, step.name, step.body)
        outcome = step.body.get("outcome")
        return [step.resource if outcome is None else f"{step.resource}/{outcome}"]

    def _answer_request(self, case: FiledCase, step: Answer) -> list[str]:
        """Attach what was requested, and answer with it; the case file gives the id of the request."""
        self._attach(case, step.by, step.paper)
        request_id = self._ask(step.by, case.href).body["informationRequests"][step.number - 1]["id"]
        body = {"answer": "In bijlage.", "documents": [step.paper.digest]}
        self._change(case, step.by, f"informationRequests/{request_id}/answers", step.name, body)
        return [Done.ATTACHED, Done.ANSWERED]

    def _decide_work(self, case: FiledCase, step: DecideWork) -> str:
        """Decide on the assessment at that version.

        Where an interrupted demonstration decided it before, the case file has the outcome.
        """
        for _ in range(_ATTEMPTS):
            assessment = self._look_when_checked(case, step.by)
            if assessment["stage"] != _WORK_PART:
                return self._decided_before(case, step.by)
            body = _decision(assessment, step.motivation)
            if body is None:
                return Done.WORK_LEFT_OPEN
            if self._changed(case, step.by, "workPartDecisions", step.name, body):
                return f"workPartDecisions/{body['outcome']}"
        raise _never_came_to_rest(case)

    def _decided_before(self, case: FiledCase, by: Party) -> str:
        """The outcome, and the case right after it: what followed is repeated step by step."""
        decided = self._ask(by, case.href).body.get("workPart")
        if decided is None:
            case.stage = _WORK_PART
            return Done.WORK_LEFT_OPEN
        outcome: str = decided["outcome"]
        granted = outcome == "granted"
        case.status, case.stage = ("admissible", _RESIDENCE_PART) if granted else ("decidedRefused", _CLOSED)
        return f"workPartDecisions/{outcome}"

    def _change(self, case: FiledCase, by: Party, resource: str, step: str, body: dict[str, Any]) -> None:
        """Change the case as its players last saw it; if it has changed since, read it again."""
        for _ in range(_ATTEMPTS):
            if case.etag is None:
                self._look_when_checked(case, by)
            if self._changed(case, by, resource, step, body):
                return
        raise _never_came_to_rest(case)

    def _attach(self, case: FiledCase, by: Party, paper: Paper) -> None:
        for _ in range(_ATTEMPTS):
            if case.etag is None:
                self._look(case, by)
            answer = self._answer(
                by,
                "POST",
                f"{case.href}/documents?kind={paper.kind}",
                expected=(201, 412),
                body=paper.content,
                headers=_headers(case, f"document-{paper.kind}") | {"Content-Type": paper.media_type},
            )
            if self._followed(case, answer):
                return
        raise _never_came_to_rest(case)

    def _changed(self, case: FiledCase, by: Party, resource: str, step: str, body: dict[str, Any]) -> bool:
        answer = self._answer(
            by,
            "POST",
            f"{case.href}/{resource}",
            expected=(201, 412),
            body=_json(body),
            headers=_headers(case, step) | _JSON,
        )
        return self._followed(case, answer)

    def _followed(self, case: FiledCase, answer: Answered) -> bool:
        """Store the state of the case from the answer; False when the case has changed."""
        if answer.status == HTTPStatus.PRECONDITION_FAILED:
            case.etag = None
            return False
        body = answer.body
        case.etag, case.status, case.stage = answer.etag, body["status"], body["stage"]
        return True

    def _look(self, case: FiledCase, by: Party) -> dict[str, Any]:
        """Read what the rules say of the case, and remember its version."""
        found = self._ask(by, f"{case.href}/assessment")
        assessment: dict[str, Any] = found.body
        case.etag = found.etag
        return assessment

    def _look_when_checked(self, case: FiledCase, by: Party) -> dict[str, Any]:
        """The same once the Crossroads Bank has answered, or no longer needs to."""
        for _ in range(_ATTEMPTS):
            assessment = self._look(case, by)
            if not assessment["pendingChecks"] or assessment["stage"] == _CLOSED:
                return assessment
            time.sleep(_PATIENCE)
        raise _never_came_to_rest(case)

    def _ask(self, by: Party, url: str) -> Answered:
        return self._answer(by, "GET", url, expected=(200,))

    def _file(self, planned: PlannedCase, body: dict[str, Any], step: str, *, expected: int) -> Answered:
        headers = {"Idempotency-Key": planned.key(step)}
        return self._answer(
            planned.filing.filer,
            "POST",
            f"{API_ROOT}/applications",
            expected=(expected,),
            body=_json(body),
            headers=headers | _JSON,
        )

    def _answer(
        self,
        by: Party,
        method: str,
        url: str,
        *,
        expected: tuple[int, ...],
        body: bytes | None = None,
        headers: Mapping[str, str] = _NOTHING,
    ) -> Answered:
        """Ask until the service is there: a request with a key may be repeated without a second effect."""
        named = urlsplit(url)
        path = f"{named.path}?{named.query}" if named.query else named.path
        all_headers = {**headers, "Authorization": f"Bearer {self._callers.token_of(by)}"}
        answer: Answered | None = None
        for attempt in range(_ATTEMPTS):
            answer = self._service.ask(method, path, body, all_headers)
            if answer is not None and answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(_PATIENCE * min(attempt + 1, 8))
        if answer is None or answer.status not in expected:
            answered = "nothing" if answer is None else _in_words(answer)
            raise DemonstrationFailed(
                f"unexpected answer in the demonstration: {method} {path} by {by.actor} was answered with {answered}. "
                "This is a fault of permit; see the log of the demonstration"
            )
        return answer


def _in_words(answer: Answered) -> str:
    """The status and the text of the problem, as one sentence."""
    try:
        body = answer.body
    except ValueError:
        return str(answer.status)
    issues = "".join(f"; {issue.get('name', '')}: {issue.get('detail', '')}" for issue in body.get("issues", ()))
    return f"{answer.status} ({body.get('detail', body.get('title', ''))}{issues})"


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _headers(case: FiledCase, step: str) -> dict[str, str]:
    if case.etag is None:
        raise AssertionError("the case has not been read")
    return {"Idempotency-Key": case.planned.key(step), "If-Match": case.etag}


def _never_came_to_rest(case: FiledCase) -> DemonstrationFailed:
    return DemonstrationFailed(f"the case {case.href} did not come to rest")


def _decision(assessment: dict[str, Any], motivation: str | None) -> dict[str, Any] | None:
    """A refusal on the grounds that the file bears, else a grant.

    Where a person has to judge it is taken with the motivation, and left open (None) without one.
    """
    by_hand = bool(assessment["manualTasks"]) or assessment["verdict"] == "undetermined"
    if by_hand and motivation is None:
        return None
    # "other" is explained by a motivation; no file supports it by itself.
    grounds = [ground for ground in assessment["supportedGrounds"] if ground != "other"]
    if grounds:
        return {"outcome": "refused", "grounds": grounds}
    return {"outcome": "granted", "motivation": motivation} if by_hand else {"outcome": "granted"}
