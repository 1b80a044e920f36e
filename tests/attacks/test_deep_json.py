"""Bodies that are small to send and dear to read: nested, full of commas, or just long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from api.composition import Program
from api.http.body_limits import BodyGuard
from api.server import running_server
from domain.case.refusals import InvalidInput
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.limit_counts import Limit, LimitCounts
from infra.limits import BodyLimits, Limits
from tests.world.bodies import APPLICATION
from tests.world.service_clients import ServiceClient, ServiceClients, problem_of

pytestmark = pytest.mark.server

MEGABYTE = 1024 * 1024
DEAR = {
    "lists in lists": b"[" * (MEGABYTE - 1),
    "lists in lists, closed": b"[" * (MEGABYTE // 2) + b"]" * (MEGABYTE // 2),
    "objects in objects": b'{"a":' * (MEGABYTE // 5),
    "lists beside lists": b"[" + b"[]," * (MEGABYTE // 3 - 1) + b"[]]",
    "numbers": b"[" + b"0," * (MEGABYTE // 2 - 2) + b"0]",
    "members": b"{" + b",".join(b'"%06d":0' % n for n in range(90_000)) + b"}",
    "texts that never end": b'"\\' * (MEGABYTE // 2),
    "escaped quotation marks": b'["' + b'\\"' * (MEGABYTE // 2 - 8) + b"\\",
    "quotation marks": b'"' * MEGABYTE,
    "brackets in a text, then some": b'["' + b"[{" * (MEGABYTE // 2 - 100) + b'"' + b"[" * 100,
}
GENEROUS_SECONDS = 0.5
"""It takes some hundredths; a parser took more than a second. Measured by the processor's time of this process."""


@pytest.fixture
def guard() -> BodyGuard:
    return BodyGuard(BodyLimits(), LimitCounts())


@pytest.fixture
def strict(program: Program, issuer: DevelopmentIssuer) -> Iterator[tuple[ServiceClient, str, LimitCounts]]:
    """A service of this test's own that takes little, somebody who files there, and its address."""
    counts = LimitCounts()
    limits = Limits(bodies=BodyLimits(largest_bytes=4096, deepest=8, most_values=100))
    limited = replace(program, limits=limits, limit_counts=counts)
    with running_server(limited) as address, ServiceClients(limited, address, issuer) as clients:
        yield clients.of(Role.EMPLOYER), address, counts


def within(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def test_an_ordinary_application_is_far_from_every_limit(guard: BodyGuard) -> None:
    most = dict(APPLICATION)
    most["documents"] = [{"kind": "other", "sha256": "00" * 32, "mediaType": "application/pdf", "size": 1}] * 100
    most["labourMarketTest"] = {
        "publications": APPLICATION["labourMarketTest"]["publications"] * 50,
        "candidates": ["a, [b], {c}, " * 500] * 100,
    }
    guard.require_simple(json.dumps(most).encode())
    guard.require_simple(within(64))
    assert set(guard.counts.totals().values()) == {0}


@pytest.mark.parametrize("body", DEAR.values(), ids=DEAR.keys())
def test_what_is_dear_to_read_is_refused_cheaply(employer: ServiceClient, guard: BodyGuard, body: bytes) -> None:
    before = time.process_time()
    try:
        guard.require_simple(body)
        refused = False
    except InvalidInput:
        refused = True
    took = time.process_time() - before
    assert took < GENEROUS_SECONDS
    # what is neither deep nor full is left to the parser, which ends at once
    assert refused or body.startswith((b'"', b'["\\'))
    written = employer.written
    assert problem_of(employer.post("applications", body)) == (400, "badRequest")
    assert employer.written == written


def test_brackets_in_texts_are_text(guard: BodyGuard) -> None:
    for text in ("[" * 10_000, '\\"' + "{" * 10_000, "," * 50_000, "\\" * 101 + "[" * 200):
        guard.require_simple(json.dumps({"question": text}).encode())


def test_each_limit_is_one_that_is_counted(strict: tuple[ServiceClient, str, LimitCounts]) -> None:
    client, address, counts = strict
    for limit, body, status, problem in (
        (Limit.BODY_DEPTH, within(9), 400, "badRequest"),
        (Limit.BODY_VALUES, b"[" + b"0," * 100 + b"0]", 400, "badRequest"),
        (Limit.BODY_BYTES, b" " * 4097, 413, "payloadTooLarge"),
    ):
        assert problem_of(client.post("applications/query", body)) == (status, problem)
        assert counts.totals()[limit] == 1, limit
    # a body of unannounced length is cut where it is too long
    answer = client.client.post(
        "applications/query", content=iter([b" " * 3000] * 3), headers={"Content-Type": "application/json"}
    )
    assert problem_of(answer) == (413, "payloadTooLarge")
    assert answer.json()["limit"] == 4096
    # and a form of the pages too
    assert httpx.post(f"{address}/session", data={"sub": "a" * 5000}).status_code == 413
    assert counts.totals()[Limit.BODY_BYTES] == 3
    # while what the limits allow is looked at
    assert problem_of(client.post("applications/query", within(8))) == (400, "badRequest")
    assert counts.totals()[Limit.BODY_DEPTH] == 1
