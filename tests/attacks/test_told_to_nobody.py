"""What the framework could tell a collector by itself, addresses and the texts of errors among it, it tells nobody."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, Tracer, TracerProvider

from api.composition import Program
from api.server import running_server
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.world.service_clients import ServiceClients


class Collector(TracerProvider):
    """Keeps the names of those who asked to tell it something."""

    def __init__(self) -> None:
        self.told_by: list[str] = []

    def get_tracer(self, instrumenting_module_name: str, *others: object, **more: object) -> Tracer:
        self.told_by.append(instrumenting_module_name)
        return NoOpTracer()


@pytest.mark.server
def test_a_collector_of_the_environment_hears_of_no_request(program: Program, issuer: DevelopmentIssuer) -> None:
    # given a collector that somebody installed for the whole process
    collector = Collector()
    trace.set_tracer_provider(collector)
    # when the service answers
    with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
        assert clients.of(Role.CASE_HANDLER).get("applications").status_code == 200
    # then the collector was told nothing
    assert collector.told_by == []
