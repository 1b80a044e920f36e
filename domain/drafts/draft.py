"""A draft: an application of which any part may still lack, in the words of the interface.

It is saved a group of questions at a time. Colleagues share a draft, so what one saves may not undo in silence what
another saved since: each group remembers the version of the draft with which it was saved last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.case.application import Document
from domain.civil_time import civil_day
from domain.copies import replace

DOCUMENTS: Final = "documents"
"""Where a draft names the files that it holds; as an application names the files that come with it."""

DECLARED: Final = "declaredEmployments"
"""Where a draft notes what a register holds of the worker's employments: no part of the application."""

Body = Mapping[str, Any]
"""What an application says as JSON has it, by the names of the interface; what is not known yet is absent."""


class StaleDraft(Exception):
    """Somebody saved this group of questions since its page was opened; nothing was saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """``begun_at`` and ``touched_at`` are aware; ``saved_at`` is the version each group was last saved with."""

    draft_id: UUID
    version: int
    body: Body = field(repr=False)
    saved_at: Mapping[str, int]
    begun_at: datetime
    touched_at: datetime

    def text(self, path: str) -> str | None:
        """The text at a path such as ``worker.familyName``; None where there is none."""
        found: object = self.body
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The files that the draft holds."""
        return tuple(
            Document(kind=each["kind"], sha256=each["sha256"], media_type=each["mediaType"], size=each["size"])
            for each in self.body.get(DOCUMENTS, ())
        )

    def with_documents(self, documents: Sequence[Document], *, now: datetime) -> Draft:
        """The draft with these files in the place of those that it held."""
        listed = [
            {"kind": each.kind, "sha256": each.sha256, "mediaType": each.media_type, "size": each.size}
            for each in documents
        ]
        body = without(self.body, (DOCUMENTS,))
        return replace(
            self,
            version=self.version + 1,
            body={**body, DOCUMENTS: listed} if listed else body,
            touched_at=now,
        )

    def noting(self, name: str, value: Sequence[Body], *, now: datetime) -> Draft:
        """The draft with something noted beside the answers, in the place of what was noted there before."""
        return replace(self, version=self.version + 1, body={**self.body, name: list(value)}, touched_at=now)

    def with_group(self, group: str, paths: Sequence[str], given: Body, *, opened_at: int, now: datetime) -> Draft:
        """The draft with what was given for a group in the place of all that stood at its ``paths``.

        ``opened_at`` is the version that the page of the group was opened with. Raises :class:`StaleDraft`.
        """
        if self.saved_at.get(group, 0) > opened_at:
            raise StaleDraft
        return replace(
            self,
            version=self.version + 1,
            body=merged(without(self.body, paths), given),
            saved_at={**self.saved_at, group: self.version + 1},
            touched_at=now,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long a draft that nobody touches is kept, and how long before its end that is said."""

    kept: timedelta
    warned: timedelta

    def last_day(self, draft: Draft) -> date:
        """The last civil day on which the draft is surely still there."""
        return civil_day(draft.touched_at + self.kept - timedelta(days=1))

    def is_ending(self, draft: Draft, now: datetime) -> bool:
        """Whether its owners are warned that it will be deleted."""
        return draft.touched_at + self.kept - self.warned <= now

    def untouched_since(self, now: datetime) -> datetime:
        """Drafts that were last touched before this moment are deleted at ``now``."""
        return now - self.kept


def without(body: Body, paths: Sequence[str]) -> dict[str, Any]:
    """``body`` without what stands at these paths, and without each part that has nothing in it then."""
    rest: dict[str, Any] = deepcopy(dict(body))
    for path in paths:
        _remove(rest, path.split("."))
    return rest


def merged(body: Body, given: Body) -> dict[str, Any]:
    """``body`` with every value of ``given`` at its place; parts are merged, lists and values replaced."""
    whole = dict(body)
    for name, value in given.items():
        before = whole.get(name)
        whole[name] = merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return whole


def _remove(body: dict[str, Any], path: list[str]) -> None:
    name, *rest = path
    if not rest:
        body.pop(name, None)
        return
    part = body.get(name)
    if isinstance(part, dict):
        _remove(part, rest)
        if not part:
            del body[name]
