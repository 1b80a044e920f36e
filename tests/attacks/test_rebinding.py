"""A web page that has a name of its own resolved to this machine, a proxy that is none, and headers that lie."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from api.composition import Program
from api.server import running_server
from infra.identity.chooser_secret import ChooserSecret
from infra.settings import Settings, SettingsUnusable, load_settings

pytestmark = pytest.mark.server

EVIL = "rebind.attacker.example"
HEALTH = "/rest/singlePermit/v1/health"
PATHS = ("/", "/law", "/static/nothing.css", "/metrics", HEALTH, "/rest/singlePermit/v1/nothing")


def raw(address: str, *lines: str) -> str:
    """The answer to a request written line by line, as no client would."""
    url = urlsplit(address)
    with closing(socket.create_connection((url.hostname, url.port), timeout=10)) as connection:
        connection.sendall("\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1"))
        with connection.makefile("rb") as answer:
            return answer.read().decode("utf-8", errors="replace")


@pytest.fixture
def form(program: Program) -> dict[str, str]:
    """What signs in a case handler, the secret too: only where it comes from is in question."""
    secret = ChooserSecret.open(program.settings.home).text
    return {"role": "caseHandler", "sub": "h-1", "authority": "flanders", "secret": secret}


@pytest.fixture(scope="module")
def behind_a_proxy(program: Program) -> Iterator[str]:
    settings = program.settings.model_copy(
        update={"proxies": "127.0.0.1/32,10.0.0.0/8", "hosts": "permit.example.be,127.0.0.1"}
    )
    with running_server(replace(program, settings=settings)) as address:
        yield address


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_the_names_of_this_machine_are_answered(address: str, name: str, port: str) -> None:
    assert httpx.get(address + HEALTH, headers={"Host": name + port}).status_code == 200


@pytest.mark.parametrize("host", [EVIL, f"{EVIL}:8080", "localhost.attacker.example", "127.0.0.1.nip.io", "10.0.0.1",
                                  "[::ffff:7f00:1]", "localhost."])  # fmt: skip
def test_every_other_name_is_misdirected(address: str, host: str) -> None:
    for path in PATHS:
        answer = httpx.get(address + path, headers={"Host": host, "Accept-Language": "en"})
        assert answer.status_code == 421, path
        # nothing leads to the name, nobody keeps the answer, and it can be found again
        assert host.split(":")[0] not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["BelGov-Trace-Id"]
    assert answer.json()["type"] == "urn:problem-type:singlePermit:misdirectedRequest"
    page = httpx.get(f"{address}/", headers={"Host": host, "Accept-Language": "nl"})
    assert "Verkeerd geadresseerd verzoek" in page.text


def test_a_page_that_rebinds_its_name_gets_no_session(address: str, form: dict[str, str]) -> None:
    headers = {"Host": EVIL, "Origin": f"http://{EVIL}", "Sec-Fetch-Site": "same-origin"}
    answer = httpx.post(f"{address}/session", data=form, headers=headers)
    assert answer.status_code == 421
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "lines",
    [
        (f"GET {HEALTH} HTTP/1.1",),
        (f"GET {HEALTH} HTTP/1.1", "Host: 127.0.0.1", f"Host: {EVIL}"),
        (f"GET {HEALTH} HTTP/1.1", "Host: 127.0.0.1", "Host: 127.0.0.1"),
        (f"GET {HEALTH} HTTP/1.1", "Host:"),
        (f"GET {HEALTH} HTTP/1.1", f"Host: 127.0.0.1, {EVIL}"),
        (f"GET {HEALTH} HTTP/1.1", f"Host: 127.0.0.1@{EVIL}"),
        (f"GET {HEALTH} HTTP/1.1", f"Host: 127.0.0.1:80@{EVIL}"),
        (f"GET {HEALTH} HTTP/1.1", "Host: 127.0.0.1:port"),
    ],
)
def test_a_host_that_is_missing_doubled_or_odd_is_400(address: str, lines: tuple[str, ...]) -> None:
    answer = raw(address, *lines)
    assert answer.startswith("HTTP/1.1 400 "), answer
    assert '"name":"Host"' in answer
    assert EVIL not in answer


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded"])
def test_a_caller_cannot_name_another_host_by_another_header(address: str, header: str) -> None:
    value = f"host={EVIL};proto=https" if header == "Forwarded" else EVIL
    answer = httpx.get(f"{address}/rest/singlePermit/v1/nothing", headers={header: value, "X-Forwarded-Proto": "https"})
    assert answer.status_code == 404
    assert answer.json()["href"].startswith("https://www.belgif.be/")
    assert EVIL not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://{host}"}, 303),
        ({"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "https://{host}"}, 403),
        ({"Origin": "https://{host}", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": "http://{name}"}, 403),
        ({"Origin": "http://{name}:1"}, 403),
        ({"Origin": "http://localhost:{port}"}, 403),
        ({"Origin": "HTTP://{host}"}, 403),
        ({"Origin": "http://{host}/"}, 403),
        ({"Origin": "http://somebody@{host}"}, 403),
        ({"Origin": "http://{host}", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_form_comes_from_this_very_origin(
    address: str, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    url = urlsplit(address)
    named = {name: value.format(host=url.netloc, name=url.hostname, port=url.port) for name, value in headers.items()}
    answer = httpx.post(f"{address}/session", data=form, headers=named)
    assert answer.status_code == status
    assert ("Set-Cookie" in answer.headers) == (status == 303)


def test_a_named_proxy_says_how_the_caller_came(behind_a_proxy: str, form: dict[str, str]) -> None:
    # given a caller who came to the proxy by https, under a name on the list
    sent = {
        "Host": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "permit.example.be",
        "X-Forwarded-For": "192.0.2.7, 10.1.2.3",
        "Origin": "https://permit.example.be",
    }
    answer = httpx.post(f"{behind_a_proxy}/session", data=form, headers=sent)
    # then the form is of this origin, and the cookie goes by https alone
    assert answer.status_code == 303
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert cookie.startswith("__Host-session=eyJ")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} == set(attributes)
    # and it is the session from then on, over HTTPS only
    for name, status in (("__Host-session", 200), ("session", 303)):
        read = {**sent, "Cookie": f"{name}={cookie.partition('=')[2]}"}
        assert httpx.get(f"{behind_a_proxy}/queue?handler=", headers=read).status_code == status
    # while the same by http is of another origin
    assert httpx.post(f"{behind_a_proxy}/session", data=form, headers={**sent, "Origin": "http://permit.example.be"}
                      ).status_code == 403  # fmt: skip


def test_a_problem_leads_to_where_the_caller_came(behind_a_proxy: str) -> None:
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "permit.example.be", "Accept": "text/html"}
    refused = httpx.get(f"{behind_a_proxy}/rest/singlePermit/v1/refData", headers=sent)
    assert refused.status_code == 406
    assert refused.json()["href"].startswith("https://permit.example.be/rest/singlePermit/v1/refData/")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        # what a caller wrote stands before what the proxy wrote
        ({"X-Forwarded-Host": f"{EVIL}, permit.example.be"}, 200),
        ({"X-Forwarded-Host": f"permit.example.be, {EVIL}"}, 421),
        ({"X-Forwarded-Proto": "gopher"}, 400),
        ({"X-Forwarded-For": "nobody"}, 400),
        ({"X-Forwarded-For": "nobody, 10.0.0.1"}, 400),
        ({"Forwarded": f"host={EVIL}"}, 200),
    ],
)
def test_of_a_named_proxy_too_only_what_is_possible_is_taken(
    behind_a_proxy: str, headers: dict[str, str], status: int
) -> None:
    assert httpx.get(behind_a_proxy + HEALTH, headers=headers).status_code == status


def test_from_an_address_that_is_not_named_nothing_is_believed(address: str, form: dict[str, str]) -> None:
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "permit.example.be"}
    answer = httpx.post(f"{address}/session", data=form, headers=sent)
    assert answer.status_code == 303
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert httpx.post(f"{address}/session", data=form, headers={**sent, "Origin": "https://permit.example.be"}
                      ).status_code == 403  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PERMIT_HOSTS", "localhost:8080", "without ports"),
        ("PERMIT_HOSTS", "a,,b", "is not a list of host names"),
        ("PERMIT_HOSTS", "http://localhost", "is not a list of host names"),
        ("PERMIT_PROXIES", "proxy.example", "is not a list of addresses or networks"),
        ("PERMIT_PROXIES", "10.0.0.1/8", "is not a list of addresses or networks"),
    ],
)
def test_a_list_that_is_none_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsUnusable, match=said):
        load_settings()


def test_the_lists_as_they_are_without_any_setting() -> None:
    settings = Settings()
    assert settings.host_names == {"localhost", "127.0.0.1", "[::1]"}
    assert settings.proxy_networks == ()
