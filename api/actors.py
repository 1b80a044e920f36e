"""Who acts: until callers carry tokens, the role that a route implies and a pseudonym of the caller's choice."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

ACTOR_HEADER: Final = "SinglePermit-Actor"

_PSEUDONYM: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class ActingRole(StrEnum):
    EMPLOYER = "employer"
    CASE_HANDLER = "caseHandler"


class PseudonymUnusable(Exception):
    """The header names an actor in a form that is not accepted."""


def actor_of(role: ActingRole, pseudonym: str | None) -> str:
    """The actor as the journal stores it: ``employer``, or ``employer:<pseudonym>``.

    Raises :class:`PseudonymUnusable`.
    """
    if pseudonym is None:
        return role.value
    if _PSEUDONYM.fullmatch(pseudonym) is None:
        raise PseudonymUnusable
    return f"{role.value}:{pseudonym}"
