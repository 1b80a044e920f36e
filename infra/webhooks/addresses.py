"""Which addresses notices may be sent to: those of the public internet, and what the operator names.

Whoever registers an address has this service call it. So it must never be an address that only this service reaches:
of this machine, of the network it is in, of what a cloud tells its machines about themselves.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from domain.plain_text import is_plain
from infra.webhooks.troubles import WebhookTrouble

MOST_CHARACTERS: Final = 2_000

IpAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_TELLS_MACHINES: Final = frozenset({ip_address("168.63.129.16")})
"""Addresses that look public and answer only inside a cloud."""
_NAT64: Final = ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """Nothing is sent there. ``sentence`` says what is wrong and how to mend it."""

    def __init__(self, trouble: WebhookTrouble, sentence: str) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where a notice goes: ``host`` as certificates name it (no brackets), ``target`` is path and query."""

    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """As the ``Host`` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def receiver_of(url: str) -> Receiver:
    """The parts of an address as it was registered. Raises :class:`AddressRefused`."""
    if len(url) > MOST_CHARACTERS or not url.isascii() or not is_plain(url) or " " in url:
        raise _not_usable(f"is longer than {MOST_CHARACTERS} characters, or not written in plain ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _not_usable("cannot be read") from None
    if parts.scheme != "https":
        raise _not_usable("does not begin with https://")
    if not parts.hostname or "\\" in url or "%" in parts.netloc:
        raise _not_usable("names no host")
    if parts.username is not None or parts.password is not None:
        raise _not_usable("has a name or a password before its host")
    if parts.fragment or port == 0:
        raise _not_usable("has a fragment, or a port that is none")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Receiver(host=parts.hostname, port=443 if port is None else port, target=target)


def _not_usable(problem: str) -> AddressRefused:
    return AddressRefused(
        WebhookTrouble.ADDRESS, f"The address {problem}: write one such as https://hr.example.be/notices, in ASCII."
    )


def is_public(address: IpAddress) -> bool:
    """Whether an address is one of the public internet. One that stands for another (IPv4 in IPv6) is what that is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        # Tunnels that nobody offers a service behind; their ends may be anywhere.
        if address.sixtofour is not None or address.teredo is not None or address.scope_id is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and address not in _TELLS_MACHINES


class AddressBook:
    """Finds the addresses of hosts, and refuses those that nothing may be sent to; safe between threads.

    ``permitted_hosts`` are names and addresses, in small letters, that the operator vouches for.
    """

    def __init__(self, permitted_hosts: Collection[str] = (), resolve: Resolve | None = None) -> None:
        self._permitted = frozenset(permitted_hosts)
        self._resolve = resolve or resolved

    def require_permitted(self, receiver: Receiver) -> None:
        """Refuse what can be known to be refused without asking anybody: an address written as a number.

        Raises :class:`AddressRefused`.
        """
        if receiver.host in self._permitted:
            return
        try:
            written = ip_address(receiver.host)
        except ValueError:
            if receiver.host == "localhost" or receiver.host.endswith(".localhost") or "." not in receiver.host:
                raise _not_public() from None
            return
        if not is_public(written):
            raise _not_public()

    def addresses_of(self, receiver: Receiver) -> Sequence[str]:
        """The addresses to connect to, and to no other. Raises :class:`AddressRefused`.

        One address among them that is refused has all refused: nobody has both for an honest reason.
        """
        self.require_permitted(receiver)
        try:
            found = self._resolve(receiver.host, receiver.port)
        except OSError:
            found = ()
        if not found:
            raise AddressRefused(WebhookTrouble.NAME_UNKNOWN, "The host of the address has no address in the DNS.")
        if receiver.host not in self._permitted and not all(is_public(ip_address(each)) for each in found):
            raise _not_public()
        return found


def _not_public() -> AddressRefused:
    return AddressRefused(
        WebhookTrouble.NOT_PUBLIC,
        "The host of the address is not on the public internet: register one that is, or ask the operator of this "
        "service to permit the host.",
    )


def resolved(host: str, port: int) -> list[str]:
    """The addresses that the system finds for a host, each once. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
