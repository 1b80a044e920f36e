"""Applications that are filled in over days, by one person or by colleagues: kept, shared, copied, filed, deleted.

A draft belongs to the enterprise in the token, in the role in the token, or to the worker; who else asks for it finds
nothing. Filing it is one command, whose id is the draft's: whoever of the colleagues files it, however often and after
whatever crash, one case comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from api.composition import Program
from api.services.access import AuthorisedCaller
from api.services.cases import CaseService
from api.services.filed_documents import DocumentsOfDraft
from api.services.refusals import DraftsFull, DraftUnknown
from domain.case.application import Application
from domain.case.handling import Handled
from domain.drafts.draft import DOCUMENTS, Body, Draft, StaleDraft, without
from infra.limit_counts import Limit
from infra.postgres.drafts.draft_store import After
from infra.sealed_places import Listing
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json
from projections.lists.keyset_pages import Page

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A draft, with the last day on which it is kept if nobody touches it, and whether that is near."""

    draft: Draft
    last_day: date
    is_ending: bool


class DraftService:
    """The use cases of drafts, for callers who may file; safe between threads.

    All raise ``DatabaseUnavailable``, and :class:`DraftUnknown` for a draft that is not the caller's.
    """

    def __init__(self, program: Program, cases: CaseService) -> None:
        self._program = program
        self._cases = cases

    @property
    def today(self) -> date:
        """The civil day of the procedure: the day of filing, if the draft is filed now."""
        return self._program.today

    def begin(self, caller: AuthorisedCaller, body: Body) -> Draft:
        """A new draft that says this much already. Raises :class:`DraftsFull`."""
        owner, now = self.owner(caller), self._program.clock.now()
        most = self._program.limits.drafts.most_of_one_owner
        if self._program.drafts.count(owner) >= most:
            self._program.limit_counts.reached(Limit.DRAFTS_OF_ONE_OWNER)
            raise DraftsFull(f"You have {most} drafts, and that is the most there can be: file or delete some first.")
        draft = Draft(draft_id=time_ordered_id(now), version=1, body=body, saved_at={}, begun_at=now, touched_at=now)
        self._require_room(draft)
        self._program.drafts.add(owner, draft)
        return draft

    def copy(self, caller: AuthorisedCaller, draft_id: UUID) -> Draft:
        """A second draft that says the same, without the documents: a copy is made for the next worker.

        Raises :class:`DraftsFull`.
        """
        return self.begin(caller, without(self.read(caller, draft_id).body, (DOCUMENTS,)))

    def listed(self, caller: AuthorisedCaller, *, limit: int, after: str | None) -> Page[KeptDraft]:
        """The caller's drafts, the one touched last first. Raises ``PlaceUnusable``."""
        place = self._program.places.opened(after, Listing.DRAFTS)
        found = self._program.drafts.listed(self.owner(caller), limit=limit + 1, after=_after(place))
        items, last = found[:limit], found[limit - 1] if len(found) > limit else None
        page = Page(
            items=tuple(self._kept(each) for each in items),
            next=None if last is None else f"{last.touched_at.isoformat()} {last.draft_id}",
        )
        return self._program.places.sealed(page, Listing.DRAFTS)

    def read(self, caller: AuthorisedCaller, draft_id: UUID) -> Draft:
        """The draft as it was saved last."""
        draft = self._program.drafts.read(self.owner(caller), draft_id)
        if draft is None:
            raise DraftUnknown
        return draft

    def kept(self, caller: AuthorisedCaller, draft_id: UUID) -> KeptDraft:
        """The draft, with how long it is kept."""
        return self._kept(self.read(caller, draft_id))

    def save(
        self,
        caller: AuthorisedCaller,
        draft_id: UUID,
        group: str,
        paths: Sequence[str],
        given: Body,
        *,
        opened_at: int,
    ) -> Draft:
        """Save what was given for a group of questions, whose page was opened at a version.

        A colleague who saves another group at the same moment loses nothing. Raises ``StaleDraft`` where one saved this
        group since, and :class:`DraftsFull` for a draft that would be too large.
        """
        return self.change(
            caller,
            draft_id,
            lambda draft, now: draft.with_group(group, paths, given, opened_at=opened_at, now=now),
        )

    def change(self, caller: AuthorisedCaller, draft_id: UUID, changed: Callable[[Draft, datetime], Draft]) -> Draft:
        """Save what ``changed`` makes of the draft as it is, at a moment, also where others change it meanwhile.

        Raises what ``changed`` raises, ``StaleDraft``, and :class:`DraftsFull`.
        """
        owner = self.owner(caller)
        for _ in range(_ATTEMPTS):
            before = self.read(caller, draft_id)
            draft = changed(before, self._program.clock.now())
            self._require_room(draft)
            try:
                self._program.drafts.save(owner, draft, over=before.version)
            except StaleDraft:
                continue
            return draft
        raise StaleDraft

    def delete(self, caller: AuthorisedCaller, draft_id: UUID) -> None:
        """Delete a draft, its key and its documents with it. One that is gone already stays gone."""
        self._delete(self.owner(caller), draft_id)

    def file(self, caller: AuthorisedCaller, draft_id: UUID, application: Application, *, another: bool) -> Handled:
        """File what the draft says with the documents that it holds, and delete it.

        A repetition gives what the first filing left, whoever of the colleagues did it. Raises what
        :meth:`CaseService.file` and :class:`DocumentsOfDraft` raise; the draft is kept then.
        """
        owner = self.owner(caller)
        context = replace(self._cases.context(caller, str(draft_id)), key_holder=f"draft/{owner}")
        brought = DocumentsOfDraft(self._program, draft_id, application.documents)
        without_files = replace(application, documents=())
        handled = self._cases.file(caller, without_files, context, another=another, brought=brought)
        self._delete(owner, draft_id)
        return handled

    def count_for(self, authority: str) -> int:
        """How many drafts will come to an authority, if they are filed: all that it sees of them."""
        return self._program.drafts.count_for(authority)

    def owner(self, caller: AuthorisedCaller) -> str:
        """Whose drafts are the caller's: an id that says nothing to anybody else."""
        identity = caller.caller
        return self._program.drafts.owner(identity.role, identity.enterprise_number or identity.ssin or "")

    def _delete(self, owner: str, draft_id: UUID) -> None:
        if self._program.drafts.delete(owner, draft_id):
            self._program.draft_files.remove_of(draft_id)

    def _kept(self, draft: Draft) -> KeptDraft:
        retention = self._program.limits.drafts.retention
        return KeptDraft(
            draft=draft,
            last_day=retention.last_day(draft),
            is_ending=retention.is_ending(draft, self._program.clock.now()),
        )

    def _require_room(self, draft: Draft) -> None:
        most = self._program.limits.drafts.largest_bytes
        if len(canonical_json(draft.body)) > most:
            self._program.limit_counts.reached(Limit.SIZE_OF_A_DRAFT)
            raise DraftsFull(f"A draft holds at most {most} bytes of text: shorten what is written in it.")


def _after(place: str | None) -> After | None:
    if place is None:
        return None
    moment, _, draft_id = place.partition(" ")
    return After(datetime.fromisoformat(moment), UUID(draft_id))
