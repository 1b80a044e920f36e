"""Which addresses this service lets itself be made to call: those of the public internet, whatever a name says."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from infra.webhooks.addresses import AddressBook, AddressRefused, Resolve, is_public, receiver_of
from infra.webhooks.https_call import CallFailed, HttpsCalls
from infra.webhooks.troubles import WebhookTrouble
from tests.webhooks.receiver import Authority, Receiver, receiving

pytestmark = pytest.mark.server

REFUSED = (
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",  # noqa: S104  # nosec B104 # an address that is refused
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::80ff:fffe",
)

LOCAL_NAMES = ("localhost", "hr.localhost", "permit", "intranet")


def always(*addresses: str) -> Resolve:
    return lambda _host, _port: addresses


@pytest.mark.parametrize("address", ["8.8.8.8", "193.191.211.1", "2a02:2c40::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_called(address: str) -> None:
    assert is_public(ip_address(address))
    book = AddressBook(resolve=always(address))
    assert book.addresses_of(receiver_of("https://hr.example.be/notices")) == (address,)


@pytest.mark.parametrize("address", REFUSED)
def test_any_other_is_not_whether_it_is_written_or_found(address: str) -> None:
    assert not is_public(ip_address(address))
    book = AddressBook(resolve=always(address))
    with pytest.raises(AddressRefused) as found:
        book.addresses_of(receiver_of("https://hr.example.be/notices"))
    assert found.value.trouble is WebhookTrouble.NOT_PUBLIC
    if "%" not in address:
        written = f"https://[{address}]/" if ":" in address else f"https://{address}/"
        with pytest.raises(AddressRefused):
            book.require_permitted(receiver_of(written))


@pytest.mark.parametrize("written", ["0x7f000001", "2130706433", "0177.0.0.1", "127.1", "017700000001"])
def test_an_odd_spelling_of_an_address_is_judged_by_what_it_is(written: str) -> None:
    with pytest.raises(AddressRefused):
        AddressBook().addresses_of(receiver_of(f"https://{written}/"))


@pytest.mark.parametrize("name", LOCAL_NAMES)
def test_names_without_a_domain_are_of_this_network(name: str) -> None:
    with pytest.raises(AddressRefused):
        AddressBook(resolve=always("8.8.8.8")).require_permitted(receiver_of(f"https://{name}/"))


def test_one_refused_address_among_others_has_all_refused() -> None:
    with pytest.raises(AddressRefused):
        AddressBook(resolve=always("8.8.8.8", "10.0.0.1")).addresses_of(receiver_of("https://hr.example.be/"))


def test_a_name_that_is_not_known_is_called_nowhere() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    for resolve in (unknown, always()):
        with pytest.raises(AddressRefused) as found:
            AddressBook(resolve=resolve).addresses_of(receiver_of("https://hr.example.be/"))
        assert found.value.trouble is WebhookTrouble.NAME_UNKNOWN


@pytest.mark.parametrize(
    "url",
    [
        "http://hr.example.be/",
        "ftp://hr.example.be/",
        "hr.example.be",
        "https://",
        "https:///notices",
        "https://user:secret@hr.example.be/",
        "https://user@hr.example.be/",
        "https://hr.example.be/#part",
        "https://hr.example.be:0/",
        "https://hr.example.be:99999/",
        "https://hr.example.be:port/",
        "https://[::1/",
        "https://hr.example.be\\@10.0.0.1/",
        "https://hr%2eexample.be/",
        "https://hr.example.be/a b",
        "https://hr.example.be/\r\nX-Forged: yes",
        "https://hr.éxample.be/",
        "https://hr.example.be/" + "a" * 2_000,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused) as found:
        receiver_of(url)
    assert found.value.trouble is WebhookTrouble.ADDRESS
    assert "secret" not in found.value.sentence


@pytest.fixture
def inside(certificate: Path) -> Iterator[Receiver]:
    """A server of this machine, with a certificate that is trusted."""
    with receiving(certificate) as opened:
        yield opened


def test_the_address_that_was_judged_is_the_one_that_is_called(inside: Receiver, authority: Authority) -> None:
    """A name that is public when it is looked at and of this machine a moment later is not looked at again."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        # TEST-NET would be refused; a public address that nobody answers at is what was judged.
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    calls = HttpsCalls(AddressBook(resolve=rebinding), seconds=0.5, ca_file=authority.file)
    receiver = receiver_of(f"https://rebinding.example:{inside.port}/")
    with pytest.raises(CallFailed):
        calls.post(receiver, {}, b"{}")
    assert asked == ["rebinding.example"]
    assert inside.received == []
    # and the next call judges anew
    with pytest.raises(CallFailed) as found:
        calls.post(receiver, {}, b"{}")
    assert found.value.trouble is WebhookTrouble.NOT_PUBLIC
    assert inside.received == []


def test_the_connection_is_made_by_the_address_and_the_certificate_verified_for_the_name(
    authority: Authority, tmp_path: Path
) -> None:
    # given a name that nobody but the address book knows
    name = "hr.internal.example"
    with receiving(authority.issue(tmp_path, name)) as receiver:
        calls = HttpsCalls(AddressBook({name}, always("127.0.0.1")), seconds=5, ca_file=authority.file)
        assert calls.post(receiver_of(f"https://{name}:{receiver.port}/"), {}, b"{}").status == 204
        assert receiver.received[0].headers["host"] == f"{name}:{receiver.port}"


def test_only_hosts_that_the_operator_names_are_called_inside(inside: Receiver, authority: Authority) -> None:
    body = b"{}"
    permitted = HttpsCalls(AddressBook({"localhost"}), seconds=2, ca_file=authority.file)
    assert permitted.post(receiver_of(inside.url), {}, body).status == 204
    # the same server under another name, and under its number
    by_number = receiver_of(f"https://127.0.0.1:{inside.port}/")
    with pytest.raises(CallFailed) as found:
        permitted.post(by_number, {}, body)
    assert found.value.trouble is WebhookTrouble.NOT_PUBLIC
    assert len(inside.received) == 1


def test_without_its_authority_a_certificate_is_not_trusted(inside: Receiver) -> None:
    with pytest.raises(CallFailed) as found:
        HttpsCalls(AddressBook({"localhost"}), seconds=2).post(receiver_of(inside.url), {}, b"{}")
    assert found.value.trouble is WebhookTrouble.CERTIFICATE
    assert inside.received == []
