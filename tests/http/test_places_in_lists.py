"""Where a page of a list ended: given back as it is one reads on; made up, changed or of another list it is refused."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest

from api.composition import Program
from infra.identity.caller import Role
from tests.world.service_clients import ServiceClient, ServiceClients

pytestmark = pytest.mark.server

LISTS = {
    "applications": "applications?pageSize=1",
    "workQueue": "workQueues/flanders?pageSize=1",
    "boardCases": "serviceLevels/cases?on=2026-01-20&pageSize=1",
}


@pytest.fixture(scope="module")
def handler(clients: ServiceClients, program: Program) -> ServiceClient:
    """A handler of Flanders, where three applications are listed."""
    for _ in range(3):
        assert clients.of(Role.EMPLOYER).file().status_code == 201
    for runner in program.projection_runners().values():
        runner.catch_up()
    return clients.of(Role.CASE_HANDLER)


def given_by(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    places: list[str] = parse_qs(urlsplit(answer.json()["next"]).query)["after"]
    (place,) = places
    return place


def made_up(*keys: str) -> str:
    return urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


MADE_UP = [
    "made-up",
    "x" * 4_000,
    "\u00e9",
    "0",
    " ",
    made_up("newestFirst", "0001-01-01T00:00:00+14:00", "019bc0c5-8200-76e2-a020-2773c9987f9f"),
    made_up("dueDay", "9999-12-31", "019bc0c5-8200-76e2-a020-2773c9987f9f"),
    made_up("newestFirst"),
]


@pytest.mark.parametrize("of", LISTS)
def test_a_page_given_back_is_read_on(handler: ServiceClient, of: str) -> None:
    first = handler.get(LISTS[of])
    second = handler.get(f"{LISTS[of]}&after={given_by(first)}")

    assert second.status_code == 200
    assert len(second.json()["items"]) == 1
    assert second.json()["items"] != first.json()["items"]


@pytest.mark.parametrize("of", LISTS)
def test_the_same_page_always_ends_at_the_same_place(handler: ServiceClient, of: str) -> None:
    assert given_by(handler.get(LISTS[of])) == given_by(handler.get(LISTS[of]))


@pytest.mark.parametrize("of", LISTS)
@pytest.mark.parametrize("place", MADE_UP, ids=range(len(MADE_UP)))
def test_one_that_is_made_up_is_refused(handler: ServiceClient, of: str, place: str) -> None:
    require_refused(
        handler.client.get(LISTS[of], params=httpx.QueryParams(LISTS[of].split("?")[1]).set("after", place))
    )


@pytest.mark.parametrize("of", LISTS)
def test_one_that_was_changed_anywhere_is_refused(handler: ServiceClient, of: str) -> None:
    place = given_by(handler.get(LISTS[of]))
    for at in range(0, len(place) - 1, 7):
        other = "B" if place[at] == "A" else "A"
        require_refused(handler.get(f"{LISTS[of]}&after={place[:at]}{other}{place[at + 1 :]}"))
    require_refused(handler.get(f"{LISTS[of]}&after={place[:-4]}"))


@pytest.mark.parametrize("of", LISTS)
def test_one_of_another_list_is_refused(handler: ServiceClient, of: str) -> None:
    for other in LISTS.keys() - {of}:
        require_refused(handler.get(f"{LISTS[of]}&after={given_by(handler.get(LISTS[other]))}"))


def test_one_says_nothing_of_what_is_listed(handler: ServiceClient) -> None:
    answer = handler.get(LISTS["applications"])
    place = given_by(answer)

    assert answer.json()["items"][0]["id"].encode() not in urlsafe_bytes(place)


def urlsafe_bytes(place: str) -> bytes:
    return urlsafe_b64decode(place + "=" * (-len(place) % 4))


def test_a_search_refuses_one_that_is_made_up_in_its_body(handler: ServiceClient) -> None:
    for place in MADE_UP:
        answer = handler.post("applications/query", {"after": place})
        assert (answer.status_code, answer.json()["issues"][0]["name"]) == (400, "after"), answer.text


def require_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 400, answer.text
    (issue,) = answer.json()["issues"]
    assert (issue["in"], issue["name"]) == ("query", "after")
    assert issue["type"].endswith(":invalidInput")
