"""The pages of the quarantine are for whom the permission table says, and repairs for the authority concerned."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from api.pages.session import SESSION_COOKIE
from api.permissions import Action, Permissions, Reach
from infra.identity.caller import Caller
from tests.http.test_permission_matrix import EVERYBODY
from tests.world.service_clients import ServiceClient, ServiceClients

pytestmark = pytest.mark.server

PERMISSIONS = Permissions.load()
NOBODYS = "0190a000-0000-7abc-8def-00000000000c"
AUTHORITIES = ("brussels", "wallonia", "german-community")
CORRECTION = {"seen": "1", "field": "niss", "text": "x", "motive": "y"}
REPLAY = {"seen": "1", "replayMotive": "y"}


def signed_in(clients: ServiceClients, caller: Caller) -> dict[str, str]:
    employer: ServiceClient = clients.of(caller)
    return {SESSION_COOKIE: employer.client.headers["Authorization"].removeprefix("Bearer ")}


@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda each: f"{each.role}-{each.subject}")
def test_codes_and_places_are_for_whoever_follows_the_migration(clients: ServiceClients, caller: Caller) -> None:
    sees = PERMISSIONS.reach(caller.role, Action.READ_MIGRATIONS) is Reach.ALL
    for authority in AUTHORITIES:
        path = f"{clients.address}/migration/{authority}/quarantine"
        for address, found in ((path, 200), (f"{path}/{NOBODYS}", 404)):
            answer = httpx.get(address, cookies=signed_in(clients, caller), trust_env=False, timeout=20)
            assert answer.status_code == (found if sees else 403), address


@pytest.mark.parametrize(("sent_to", "form"), [("corrections", CORRECTION), ("replays", REPLAY)])
@pytest.mark.parametrize("caller", EVERYBODY, ids=lambda each: f"{each.role}-{each.subject}")
def test_a_repair_is_for_the_handlers_of_the_authority(
    clients: ServiceClients, caller: Caller, sent_to: str, form: dict[str, str]
) -> None:
    # the table says it of the role, and the token of whose authority one is
    repairs = PERMISSIONS.reach(caller.role, Action.REPAIR_LEGACY_RECORD) is Reach.AUTHORITY
    for authority in AUTHORITIES:
        path = f"{clients.address}/migration/{authority}/quarantine/{uuid4()}/{sent_to}"
        answer = httpx.post(path, data=form, cookies=signed_in(clients, caller), trust_env=False, timeout=20)
        # of a record that is not there: whoever may repair is told just that
        assert answer.status_code == (404 if repairs and caller.authority == authority else 403), authority


def test_nobody_repairs_without_being_signed_in(clients: ServiceClients) -> None:
    path = f"{clients.address}/migration/brussels/quarantine/{NOBODYS}"
    # What was sent is kept until its sender has signed in: the browser sends it once more, to where it is kept.
    for answer, status, entrance in (
        (httpx.get(path, trust_env=False, timeout=20), 303, "/?next="),
        (httpx.post(f"{path}/corrections", data=CORRECTION, trust_env=False, timeout=20), 307, "/session/again?next="),
    ):
        assert answer.status_code == status
        assert answer.headers["Location"].startswith(entrance)
