"""Whose tokens a service accepts, by where it listens and what its settings say."""

from __future__ import annotations

from ipaddress import ip_address

from infra.identity.development_issuer import DevelopmentIssuer
from infra.identity.errors import IssuerNotAccepted
from infra.settings import Settings


def issuer_for(settings: Settings, host: str, *, create: bool = True) -> DevelopmentIssuer:
    """The issuer of a service that listens on ``host``; with ``create`` its key is made at first use.

    The development issuer gives anyone any role, so it is only for a service that nobody but this
    machine can reach, and never beside a real issuer.

    Raises :class:`IssuerNotAccepted` and ``DevelopmentKeyUnusable``.
    """
    if settings.oidc_issuer is not None:
        raise IssuerNotAccepted(
            "PERMIT_OIDC_ISSUER is set, but only the development issuer is built yet, and it is never used together "
            "with a real one: unset the variable and listen on loopback"
        )
    if not _is_loopback(host):
        raise IssuerNotAccepted(
            "the development issuer gives any role to anyone, so a service with it listens on loopback only: "
            "listen on 127.0.0.1, or ::1"
        )
    return DevelopmentIssuer.open(settings.home, create=create)


def _is_loopback(host: str) -> bool:
    """Whether an address is one; a name is not looked up, ``localhost`` is loopback by RFC 6761."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
