"""Who calls: what a token says of its bearer, and what each role's token must say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.codes import AUTHORITIES
from domain.identifiers import EnterpriseNumber, IdentifierInvalid, Ssin
from infra.identity.errors import IdentityFailure


class Role(StrEnum):
    EMPLOYER = "employer"
    REPRESENTATIVE = "representative"
    WORKER = "worker"
    CASE_HANDLER = "caseHandler"
    OPERATIONS = "operations"
    REGULATOR = "regulator"


class Claim(StrEnum):
    """The claims of a token that say who calls, by their names on the wire."""

    ROLE = "role"
    SUBJECT = "sub"
    TOKEN_ID = "jti"  # noqa: S105  # nosec B105 # the name of a claim
    AUTHORITY = "authority"
    ENTERPRISE_NUMBER = "enterpriseNumber"
    SSIN = "ssin"


CLAIM_OF_ROLE: Final[Mapping[Role, Claim]] = MappingProxyType(
    {
        Role.EMPLOYER: Claim.ENTERPRISE_NUMBER,
        Role.REPRESENTATIVE: Claim.ENTERPRISE_NUMBER,
        Role.WORKER: Claim.SSIN,
        Role.CASE_HANDLER: Claim.AUTHORITY,
        Role.OPERATIONS: Claim.AUTHORITY,
        Role.REGULATOR: Claim.AUTHORITY,
    }
)
"""The one claim that says for whom, or where, a role acts; a token carries it and neither of the other two."""

_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class CallerUnusable(IdentityFailure):
    """A caller lacks a claim that its role needs, or has one that is wrong; its value is never part of the text."""

    def __init__(self, *, claim: Claim, problem: str, remedy: str) -> None:
        self.claim = claim
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{claim}: {problem}; {remedy}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The bearer of a token. ``subject`` is a pseudonym; a regulator without an authority supervises all of them."""

    role: Role
    subject: str
    token_id: str
    authority: str | None = None
    enterprise_number: str | None = None
    ssin: str | None = field(default=None, repr=False)

    @property
    def actor(self) -> str:
        """What the journal stores of the actor."""
        return f"{self.role}:{self.subject}"


def require_usable(caller: Caller, *, today: date) -> None:
    """Raise :class:`CallerUnusable` unless the caller has just the claims of its role, each of them well formed."""
    _require_pseudonym(Claim.SUBJECT, caller.subject)
    _require_pseudonym(Claim.TOKEN_ID, caller.token_id)
    if _is_ssin(re.sub(r"[._-]", "", caller.subject), today):
        raise CallerUnusable(
            claim=Claim.SUBJECT,
            problem="it is a national number, and the journal would keep it for ever",
            remedy="choose a pseudonym",
        )
    own = CLAIM_OF_ROLE[caller.role]
    carried = {
        Claim.AUTHORITY: caller.authority,
        Claim.ENTERPRISE_NUMBER: caller.enterprise_number,
        Claim.SSIN: caller.ssin,
    }
    for claim, value in carried.items():
        if value is not None and claim is not own:
            raise CallerUnusable(
                claim=claim, problem=f"the role {caller.role} does not have it", remedy=f"leave it out; it has {own}"
            )
    value = carried[own]
    if value is not None:
        _require_well_formed(own, value, today)
    elif caller.role is not Role.REGULATOR:
        raise CallerUnusable(claim=own, problem="it is missing", remedy=f"the role {caller.role} needs it")


def _require_pseudonym(claim: Claim, text: str) -> None:
    if _PSEUDONYM.fullmatch(text) is None:
        raise CallerUnusable(
            claim=claim,
            problem="it does not have the right form",
            remedy="write 1 to 64 of the characters A-Z a-z 0-9 . _ -",
        )


def _require_well_formed(claim: Claim, value: str, today: date) -> None:
    if claim is Claim.AUTHORITY:
        if value not in AUTHORITIES:
            raise CallerUnusable(
                claim=claim, problem="there is no such authority", remedy=f"write one of {', '.join(AUTHORITIES)}"
            )
        return
    try:
        if claim is Claim.SSIN:
            Ssin.parse(value, today=today)
        else:
            EnterpriseNumber.parse(value)
    except IdentifierInvalid as why:
        raise CallerUnusable(claim=claim, problem=why.problem, remedy=why.remedy) from None


def _is_ssin(text: str, today: date) -> bool:
    try:
        Ssin.parse(text, today=today)
    except IdentifierInvalid:
        return False
    return True
