"""The people of a demonstration at the counter: employers and case handlers, over the real HTTP interface."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import httpx

from api.demonstration.plan import PlannedCase

_ATTEMPTS: Final = 40
_PATIENCE: Final = 0.25


class DemonstrationFailed(Exception):
    """The service answered what the demonstration did not expect."""


class Decided(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"
    LEFT_OPEN = "leftOpen"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCase:
    planned: PlannedCase
    href: str


class Counter:
    """Speaks to the service at ``address``; safe to use from many threads."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/rest/singlePermit/v1/", timeout=30)

    def close(self) -> None:
        self._client.close()

    def file(self, planned: PlannedCase) -> FiledCase:
        """File the application; somebody in a hurry is turned away first and mends what the answer names."""
        if planned.defect is not None:
            self._file(planned.defect, planned.key("defect"), expected=400)
        filed = self._file(planned.body, planned.key("file"), expected=201)
        return FiledCase(planned=planned, href=filed.json()["href"])

    def add_evidence(self, case: FiledCase) -> None:
        """Add recruitment evidence, unless the case has been decided without it."""
        self._change(case, "labourMarketTests", "evidence", lambda _: case.planned.evidence)

    def withdraw(self, case: FiledCase) -> bool:
        """Withdraw the application if it is still open; tell whether it is withdrawn."""
        return self._change(case, "withdrawals", "withdraw", lambda _: {"reason": "found other work"}) == "withdrawn"

    def decide(self, case: FiledCase) -> Decided:
        """Decide as the rules say; what the engine could not judge is left for a person."""
        match self._change(case, "workPartDecisions", "decide", _decision):
            case "decidedGranted":
                return Decided.GRANTED
            case "decidedRefused":
                return Decided.REFUSED
            case _:
                return Decided.LEFT_OPEN

    def _change(
        self, case: FiledCase, route: str, step: str, body_for: Callable[[dict[str, Any]], dict[str, Any] | None]
    ) -> str:
        """Read the case, wait until its checks have an outcome, change it; give the status it then has.

        A closed case is left as it is, and so is one for which ``body_for`` finds nothing to send.
        """
        for _ in range(_ATTEMPTS):
            found = self._answer("GET", f"{case.href}/assessment", expected=(200,))
            assessment = found.json()
            status: str = assessment["status"]
            if status != "submitted":
                return status
            if assessment["pendingChecks"]:
                time.sleep(_PATIENCE)
                continue
            body = body_for(assessment)
            if body is None:
                return status
            changed = self._answer(
                "POST",
                f"{case.href}/{route}",
                expected=(201, 412),
                json=body,
                headers={"Idempotency-Key": case.planned.key(step), "If-Match": found.headers["ETag"]},
            )
            if changed.status_code == httpx.codes.CREATED:
                now: str = changed.json()["status"]
                return now
        raise DemonstrationFailed(f"the case {case.href} did not come to rest")

    def _file(self, body: dict[str, Any], key: str, *, expected: int) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        return self._answer("POST", "applications", expected=(expected,), json=body, headers=headers)

    def _answer(self, method: str, url: str, *, expected: tuple[int, ...], **request: Any) -> httpx.Response:
        """Ask until the service is there: a request with a key may be repeated without a second effect."""
        response: httpx.Response | None = None
        for attempt in range(_ATTEMPTS):
            try:
                response = self._client.request(method, url, **request)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(_PATIENCE * min(attempt + 1, 8))
        if response is None or response.status_code not in expected:
            said = "nothing" if response is None else f"{response.status_code}: {response.text[:500]}"
            raise DemonstrationFailed(f"{method} {url} was answered with {said}")
        return response


def _decision(assessment: dict[str, Any]) -> dict[str, Any] | None:
    """What the rules say, or None where a person has to judge."""
    if assessment["manualTasks"] or assessment["verdict"] == "undetermined":
        return None
    if "employerInactive" in assessment["supportedGrounds"]:
        return {"outcome": "refused", "grounds": ["employerInactive"]}
    if assessment["verdict"] == "met":
        return {"outcome": "granted"}
    return {"outcome": "refused", "grounds": assessment["unmetRequirements"]}
