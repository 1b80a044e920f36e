"""The names in a case file, as it is shown to its readers: by these a case is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesShown:
    """How worker and employer are called, in the order in which they are written; None where nobody knows any more."""

    worker: str | None
    employer: str | None


def names_shown(body: Mapping[str, Any]) -> NamesShown:
    """The names for a list."""
    worker = " ".join(_names_of(body.get("worker"), "givenName", "familyName"))
    employer = " ".join(_names_of(body.get("employer"), "name"))
    return NamesShown(worker=worker or None, employer=employer or None)


def names_in_file(body: Mapping[str, Any]) -> tuple[str, ...]:
    """All names of worker and employer, the one in the enterprise register too."""
    return (
        *_names_of(body.get("worker"), "givenName", "familyName"),
        *_names_of(body.get("employer"), "name"),
        *_names_of(body.get("employerOnRegister"), "name"),
    )


def _names_of(part: object, *fields: str) -> Iterator[str]:
    """Those that are there: what was erased shows as something else than a text, and so does its whole part."""
    if isinstance(part, Mapping):
        for name in fields:
            if isinstance(part.get(name), str):
                yield part[name]
