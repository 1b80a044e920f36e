"""What a proxy before the service says of the connection it ended: believed only of one that the settings name.

Anybody can write these headers. From an address that is not in ``PERMIT_PROXIES`` they are as if they were not there;
from one that is, scheme, host and client are those of the connection to the proxy. Only ``X-Forwarded-*`` is read:
a proxy writes one family of headers and passes the other on as a caller wrote it, so reading both would believe
the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from starlette.types import Scope

from api.http.problems import LocatedIssue, Place, RequestRefused, input_problem
from domain.case.refusals import InputIssue

Network = IPv4Network | IPv6Network

FORWARDED_PROTO: Final = b"x-forwarded-proto"
FORWARDED_HOST: Final = b"x-forwarded-host"
FORWARDED_FOR: Final = b"x-forwarded-for"

_SCHEMES: Final = ("http", "https")


def as_the_caller_sent_it(scope: Scope, proxies: Sequence[Network]) -> Scope:
    """The scope with scheme, host and client of the caller before the proxy, where one of ``proxies`` sent it.

    Raises :class:`RequestRefused` (400) for what no proxy writes.
    """
    if not proxies or not _is_one_of(proxies, (scope.get("client") or ("",))[0]):
        return scope
    seen = {name: _listed(scope, name) for name in (FORWARDED_PROTO, FORWARDED_HOST, FORWARDED_FOR)}
    changed: Scope = {}
    if protos := seen[FORWARDED_PROTO]:
        # The last value of each is what the nearest proxy wrote; before it may stand what a caller made up.
        if protos[-1].lower() not in _SCHEMES:
            raise RequestRefused(input_problem([_wrong("X-Forwarded-Proto", "have the proxy write http or https")]))
        changed["scheme"] = protos[-1].lower()
    if hosts := seen[FORWARDED_HOST]:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        changed["headers"] = [(b"host", hosts[-1].encode("latin-1")), *others]
    if addresses := seen[FORWARDED_FOR]:
        nearest = next((each for each in reversed(addresses) if not _is_one_of(proxies, each)), addresses[0])
        if not _is_address(nearest):
            raise RequestRefused(input_problem([_wrong("X-Forwarded-For", "have the proxy write IP addresses")]))
        changed["client"] = (nearest, 0)
    # In place: the layers around this one answer for the same request.
    scope.update(changed)
    return scope


def _listed(scope: Scope, wanted: bytes) -> list[str]:
    """The values of a header that is a list, over all its lines."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [part.strip() for line in lines for part in line.split(",") if part.strip()]


def _is_one_of(proxies: Sequence[Network], address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _wrong(header: str, remedy: str) -> LocatedIssue:
    issue = InputIssue(path=header, code="invalidInput", problem="it does not have the right form", remedy=remedy)
    return LocatedIssue(place=Place.HEADER, issue=issue)
