"""The service of the HTTP tests, with a reader at each counter who holds every message against the contract."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.composition import Program
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.http.conftest import StoppedClock, address, clock, crossroads, issuer, program, standing_clock
from tests.http.counter import Counter, Counters
from tests.openapi.compared import compare

__all__ = ["ComparedCounters", "StoppedClock", "address", "clock", "crossroads", "issuer", "program", "standing_clock"]


class ComparedCounters(Counters):
    """Fails the test in which something is sent or answered that the contract does not say.

    ``seen`` collects the operations with the statuses of their answers.
    """

    def __init__(self, program: Program, address: str, issuer: DevelopmentIssuer) -> None:
        super().__init__(program, address, issuer)
        self.seen: set[tuple[str, int]] = set()

    def _open(self, headers: dict[str, str]) -> Counter:
        counter = super()._open(headers)
        counter.client.event_hooks = {"response": [self._compare]}
        return counter

    def _compare(self, answer: httpx.Response) -> None:
        answer.read()
        name = compare(answer)
        if name is not None:
            self.seen.add((name, answer.status_code))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What sums up the other tests of its file stays behind them, in a random order too."""
    for each in [each for each in items if each.name == "test_every_operation_was_seen_to_succeed"]:
        items.remove(each)
        behind = max((n for n, other in enumerate(items, 1) if other.path == each.path), default=len(items))
        items.insert(behind, each)


@pytest.fixture(scope="session")
def counters(program: Program, address: str, issuer: DevelopmentIssuer) -> Iterator[ComparedCounters]:
    with ComparedCounters(program, address, issuer) as opened:
        yield opened


@pytest.fixture
def counter(counters: ComparedCounters) -> Counter:
    return counters.of(Role.EMPLOYER)


@pytest.fixture
def desk(counters: ComparedCounters) -> Counter:
    return counters.of(Role.CASE_HANDLER)
