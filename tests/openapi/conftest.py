"""The service of the HTTP tests, with clients that hold every message against the contract."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api.composition import Program
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.http.conftest import address, clock, crossroads, issuer, program, stopped_clock
from tests.openapi.compared import compare
from tests.world.service_clients import ServiceClient, ServiceClients

__all__ = ["ComparedClients", "address", "clock", "crossroads", "issuer", "program", "stopped_clock"]


class ComparedClients(ServiceClients):
    """Fails the test in which something is sent or answered that the contract does not say.

    ``seen`` collects the operations with the statuses of their answers.
    """

    def __init__(self, program: Program, address: str, issuer: DevelopmentIssuer) -> None:
        super().__init__(program, address, issuer)
        self.seen: set[tuple[str, int]] = set()

    def _open(self, headers: dict[str, str]) -> ServiceClient:
        employer = super()._open(headers)
        employer.client.event_hooks = {"response": [self._compare]}
        return employer

    def _compare(self, answer: httpx.Response) -> None:
        answer.read()
        name = compare(answer)
        if name is not None:
            self.seen.add((name, answer.status_code))


@pytest.fixture(scope="session")
def clients(program: Program, address: str, issuer: DevelopmentIssuer) -> Iterator[ComparedClients]:
    with ComparedClients(program, address, issuer) as opened:
        yield opened


@pytest.fixture
def employer(clients: ComparedClients) -> ServiceClient:
    return clients.of(Role.EMPLOYER)


@pytest.fixture
def handler(clients: ComparedClients) -> ServiceClient:
    return clients.of(Role.CASE_HANDLER)
