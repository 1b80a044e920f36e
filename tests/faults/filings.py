"""An employer's people who file over HTTP, repeat with the same key until acknowledged, and keep their own record."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

import httpx

from api.demonstration.plan import plan
from domain.law.rulebook import Rulebook
from tests.world.waiting import wait_until

EMPLOYER = "0202239951"
PAUSE = 0.03
"""Seconds between two filings of one employer: load, but not so much that the checks take minutes to catch up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    case_id: str
    reference: str
    version: int
    position: int
    leaf_hash: str

    @classmethod
    def of(cls, response: httpx.Response) -> Acknowledgement:
        filed = response.json()
        receipt = filed["receipt"]
        return cls(
            case_id=filed["id"],
            reference=filed["reference"],
            version=filed["version"],
            position=receipt["position"],
            leaf_hash=receipt["leafHash"],
        )


class FilingRecord:
    """What was sent and what was acknowledged, by key; a line of ``file`` for each acknowledgement."""

    def __init__(self, file: Path) -> None:
        self.sent: dict[str, dict[str, Any]] = {}
        self.acknowledged: dict[str, Acknowledgement] = {}
        self.unexpected: list[str] = []
        self.repeated = 0
        self._file = file
        self._mutex = Lock()

    def about_to_send(self, key: str, body: dict[str, Any]) -> None:
        with self._mutex:
            self.sent[key] = body

    def acknowledge(self, key: str, acknowledgement: Acknowledgement, *, attempts: int) -> None:
        with self._mutex, self._file.open("a") as file:
            self.acknowledged[key] = acknowledgement
            self.repeated += attempts > 1
            file.write(json.dumps({"key": key} | asdict(acknowledgement)) + "\n")


class Employers:
    """Threads that file applications without end, each with the token of the one employer of all of them.

    ``address`` tells where the service is at the moment.
    """

    def __init__(self, address: Callable[[], str], token: str, record: FilingRecord, *, threads: int = 8) -> None:
        self.record = record
        self._address = address
        self._token = token
        self._bodies = applications_of_today(400)
        self._next = count()
        self._stopped = Event()
        self._threads = [Thread(target=self._file_again_and_again, name=f"employer-{n}") for n in range(threads)]

    def during(self, faults: Callable[[], None]) -> None:
        """File while ``faults`` happen, and to the end what was begun then."""
        for each in self._threads:
            each.start()
        try:
            faults()
        finally:
            self._stopped.set()
            for each in self._threads:
                each.join(60)
        assert not any(each.is_alive() for each in self._threads), "an employer never got an answer"

    def wait_for_answers(self, *, more: int, within: float) -> None:
        """Wait until as many ``more`` filings have been acknowledged."""
        wanted = len(self.record.acknowledged) + more

        def answered() -> bool:
            assert self.record.unexpected == []
            return len(self.record.acknowledged) >= wanted

        wait_until(answered, because=f"{more} filings more are acknowledged", within=within)

    def _file_again_and_again(self) -> None:
        with httpx.Client(timeout=3, headers=bearing(self._token)) as client:
            while not self._stopped.wait(PAUSE):
                body, key = self._bodies[next(self._next) % len(self._bodies)], str(uuid4())
                self.record.about_to_send(key, body)
                self._file(client, key, body)

    def _file(self, client: httpx.Client, key: str, body: dict[str, Any]) -> None:
        for attempts in count(1):
            response = file_once(client, self._address(), key, body)
            if response is not None and response.status_code == httpx.codes.CREATED:
                self.record.acknowledge(key, Acknowledgement.of(response), attempts=attempts)
                return
            if response is not None and response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.record.unexpected.append(f"{response.status_code}: {response.text}")
                return
            time.sleep(0.05)


def bearing(token: str) -> dict[str, str]:
    """The header of a request that bears a token."""
    return {"Authorization": f"Bearer {token}"}


def file_once(client: httpx.Client, address: str, key: str, body: dict[str, Any]) -> httpx.Response | None:
    """The answer, or None where there was none: then nobody knows what became of the filing."""
    try:
        url = f"{address}/rest/singlePermit/v1/applications?another=true"
        return client.post(url, json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return None


def applications_of_today(number: int) -> Sequence[dict[str, Any]]:
    """Bodies of a demonstration that an employer files, at most ``number``; all are the one employer's.

    Their jobs begin in two months: it is the machine's clock that judges.
    """
    first_day = datetime.now(UTC).date() + timedelta(days=60)
    planned = (each.filing.body for each in plan(number, 7, Rulebook.load()))
    bodies = [body for body in planned if body["filedBy"] == "employer"]
    for body in bodies:
        body["employer"]["enterpriseNumber"] = EMPLOYER
        body["employment"]["start"] = first_day.isoformat()
        if "end" in body["employment"]:
            body["employment"]["end"] = (first_day + timedelta(days=700)).isoformat()
    return bodies
