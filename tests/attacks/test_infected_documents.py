"""EICAR, as a file and hidden in one, against a service with a scanner; and a scanner that does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from api.composition import Program, open_program
from api.server import running_server
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from tests.documents.clamd_double import EICAR, Manner, clamd_double
from tests.documents.files import pdf, pdf_of_size
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of

pytestmark = pytest.mark.server


@pytest.fixture
def scanned(program: Program, issuer: DevelopmentIssuer, tmp_path: Path) -> Iterator[tuple[ServiceClient, Manner]]:
    """The employer's client of the same service with a scanner, and how that behaves."""
    limits = tmp_path / "limits.toml"
    limits.write_text("[uploads]\nscanner_seconds = 0.5\n")
    with clamd_double() as (address, manner):
        settings = program.settings.model_copy(update={"clamd": str(address), "limits_file": limits})
        with (
            open_program(settings, clock=program.clock) as opened,
            running_server(opened) as served,
            ServiceClients(opened, served, issuer) as clients,
        ):
            yield clients.of(Role.EMPLOYER), manner


def documents_of(program: Program) -> set[Path]:
    return {path for path in program.settings.documents_path.rglob("*") if path.is_file()}


def test_a_document_that_was_scanned_says_so(scanned: tuple[ServiceClient, Manner], employer: ServiceClient) -> None:
    client, _ = scanned
    attached = client.attach(client.file(), pdf_of_size(200_000))
    (listed,) = client.get(f"{case_path(attached)}/documents").json()["items"]
    assert listed["scanned"] is True
    assert sha256(client.get(listed["href"]).content).hexdigest() == listed["sha256"]
    # and one that came without a scanner says that
    attached = employer.attach(employer.file(), pdf())
    (listed,) = client.get(f"{case_path(attached)}/documents").json()["items"]
    assert listed["scanned"] is False


def test_eicar_is_refused_and_nothing_of_it_is_kept(scanned: tuple[ServiceClient, Manner], program: Program) -> None:
    client, _ = scanned
    filed = client.file()
    before, written = documents_of(program), client.written
    # as a file it is of no type that is taken; in a PDF the scanner recognises it
    assert problem_of(client.attach(filed, EICAR)) == (400, "documentNotOfItsType")
    refused = client.attach(filed, pdf(EICAR))
    assert problem_of(refused) == (400, "documentInfected")
    assert "send a clean version" in refused.json()["detail"]
    assert (documents_of(program), client.written) == (before, written)


@pytest.mark.parametrize("trouble", ["hangs", "is_unwell"])
def test_a_scanner_without_a_verdict_stops_documents_and_nothing_else(
    scanned: tuple[ServiceClient, Manner], program: Program, trouble: str
) -> None:
    client, manner = scanned
    filed = client.file()
    before = documents_of(program)
    # given a scanner that gives none
    setattr(manner, trouble, True)
    refused = client.attach(filed, pdf(), key=f"again-{trouble}")
    assert problem_of(refused) == (503, "serviceUnavailable")
    assert refused.headers["Retry-After"] == "2"
    assert documents_of(program) == before
    assert client.get(case_path(filed)).status_code == 200
    # when it is well again, the same request succeeds
    setattr(manner, trouble, False)
    assert client.attach(filed, pdf(), key=f"again-{trouble}").status_code == 201
