"""The journal as commands see it: :class:`domain.case.handling.Journal` over the event library's event store."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from eventsourcing.persistence import EventStore

from domain.case.case_limits import Recruitment
from domain.case.commands import CaseCommand, CommandContext, SubmitApplication
from domain.case.events import ApplicationSubmitted, CaseEvent, LabourMarketEvidenceAdded
from domain.case.found_by import FindableCases
from domain.case.handling import CaseStream, Receipt, StreamHasMoved
from domain.case.refusals import CommandRefused, Reason
from infra.event_formats import stored_names
from infra.keys import KeyDestroyed
from infra.postgres.journal.append_requests import Appended, AuthorityEpoch, CommandIdentity, StreamHead, Touch
from infra.postgres.journal.conflicts import (
    AuthorityNotLive,
    CommandIdReused,
    CommandRepeated,
    StaleAuthorityEpoch,
    StreamMoved,
)
from infra.postgres.journal.folded_cases import CaseAsRead, FoldedCases
from infra.postgres.journal.mapper import EventMapper, PlacedEvent
from infra.postgres.journal.recorder import JournalRecorder
from infra.recordable import recordable_json, require_recordable
from infra.wire_format import canonical_json, wire_adapter

_EPOCHS_SECONDS: Final = 1.0

_READ_TOGETHER: Final = 100
"""Small cases of a list that one statement reads."""
"""How late a process may hear of an authority that was switched. What it decides meanwhile is refused, not lost."""

_WITH_EVIDENCE: Final = tuple(stored_names((ApplicationSubmitted, LabourMarketEvidenceAdded)))


class PostgresJournal:
    """Appends and reads cases through ``EventStore``; ``digest_key`` keys the digests of commands."""

    def __init__(
        self,
        recorder: JournalRecorder,
        mapper: EventMapper,
        *,
        digest_key: bytes,
        folds: FoldedCases | None = None,
        index: FindableCases | None = None,
    ) -> None:
        """Without ``folds`` a case is read from its first event each time; without ``index`` none is found again."""
        self._recorder = recorder
        self._index = index
        self._folds = folds
        self._mapper = mapper
        self._store: EventStore[UUID] = EventStore(mapper, recorder)
        self._digest_key = digest_key
        # Read every second, and when an append finds them out of date: that one compares under the lock of the head.
        self._epochs: Mapping[str, int] = {}
        self._epochs_due = 0.0

    def authority_epochs(self) -> Mapping[str, int]:
        """The cut-over epoch of each authority, read now; odd while the authority is live here."""
        self._epochs = self._recorder.authority_epochs()
        self._epochs_due = time.monotonic() + _EPOCHS_SECONDS
        return self._epochs

    def read(self, case_id: UUID) -> CaseStream:
        """A case up to the end of its stream; without an event, at version 0, when there is none.

        Raises ``StreamCorrupt``, and what a damaged log raises.
        """
        return self.stream_of(case_id, self.read_recorded(case_id))

    def new_stream(self, case_id: UUID) -> CaseStream:
        """The stream of a case whose id was made just now: nothing is read, and an append finds out if it is there."""
        return self._stream(case_id, CaseAsRead())

    def cases_among(self, case_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of these cases that there are, in one question."""
        return self._recorder.streams_among(case_ids)

    def read_recorded(self, case_id: UUID) -> CaseAsRead:
        """A case as the journal holds it, up to the end of its stream, with nothing opened or folded."""
        if self._folds is None:
            return CaseAsRead(events=self._recorder.select_events(case_id), is_short=True)
        return self._folds.read(case_id)

    def read_recorded_each(self, case_ids: Iterable[UUID]) -> Iterator[tuple[UUID, CaseAsRead]]:
        """The cases of a list, in its order, each once and as :meth:`read_recorded` gives it, but those there are not.

        Those that are small are read together, so many that they take some 25 MB, and every other when it comes to it.
        """
        wanted = list(dict.fromkeys(case_ids))
        for start in range(0, len(wanted), _READ_TOGETHER):
            some = wanted[start : start + _READ_TOGETHER]
            small = {} if self._folds is None else self._folds.read_small(some)
            for case_id in some:
                read = small.pop(case_id, None) or self.read_recorded(case_id)
                if read.version:
                    yield case_id, read

    def stream_of(self, case_id: UUID, read: CaseAsRead) -> CaseStream:
        """What was read, folded; of a long case the fold is kept. Raises as :meth:`read`."""
        stream = self._stream(case_id, read)
        if self._folds is not None:
            self._folds.keep(read, case_id, stream.folded)
        return stream

    def events_of(self, case_id: UUID, *, up_to: int | None = None) -> tuple[CaseEvent, ...]:
        """All events of a stream, or those up to a version."""
        recorded = self._recorder.select_events(case_id, lte=up_to)
        return tuple([self._mapper.to_domain_event(each).event for each in recorded])

    def recruitment_in(self, stream: CaseStream) -> Recruitment:
        """How much evidence of recruitment a stream holds; of an erased person nobody knows the candidates any more."""
        recorded = self._recorder.select_events(stream.case_id, lte=stream.version, types=_WITH_EVIDENCE)
        given = [candidates for each in recorded if (candidates := self._mapper.candidates_in(each)) is not None]
        return Recruitment(searches=len(given), candidates=sum(given))

    def _stream(self, case_id: UUID, read: CaseAsRead) -> CaseStream:
        events = tuple([self._mapper.to_domain_event(each).event for each in read.events])
        return CaseStream(
            case_id=case_id,
            events=events,
            folded=read.since.and_then(events),
            head_hash=read.events[-1].leaf_hash if read.events else read.leaf_hash,
            since=read.since,
            stored_bytes=read.stored_bytes + sum([len(each.state) for each in read.events]),
            epochs=self._epochs if time.monotonic() < self._epochs_due else self.authority_epochs(),
        )

    def append(
        self,
        stream: CaseStream,
        events: Sequence[CaseEvent],
        command: CaseCommand,
        context: CommandContext,
        rule_set: str,
        authority: str | None,
    ) -> Receipt:
        version = stream.version
        head = StreamHead(version if version > 0 else None, stream.head_hash)
        placed = [PlacedEvent(stream.case_id, version + n, event) for n, event in enumerate(events, 1)]
        slip: list[Appended] = []
        if self._index is not None and authority is not None:
            # Before the events: a case that is on record can be found. What is refused after all is found by nobody.
            self._index.remember(authority, events)
        try:
            self._store.put(
                placed,
                command=self._identity(stream.case_id, command, context),
                touched=Touch(stream.case_id, head),
                recorded_at=context.now,
                causation_id=context.causation_id,
                rule_set=rule_set,
                rests_on=None if authority is None else AuthorityEpoch(authority, stream.epochs.get(authority, 0)),
                slip=slip,
            )
        except StreamMoved as moved:
            raise StreamHasMoved from moved
        except (AuthorityNotLive, StaleAuthorityEpoch) as switched:
            self.authority_epochs()
            raise StreamHasMoved from switched
        except CommandRepeated as repeated:
            return _receipt(repeated.first, repeated=True)
        except CommandIdReused:
            raise _reused() from None
        except KeyDestroyed:
            # Of a person erased meanwhile nothing is recorded any more; a repetition still gets its first receipt.
            first = self.receipt_of(stream.case_id, command, context)
            if first is None:
                raise
            return first
        return _receipt(slip[0])

    def was_recorded(self, context: CommandContext) -> bool:
        """Whether a command of this holder under this id is remembered, whatever it was."""
        return self._remembered(context) is not None

    def receipt_of(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt | None:
        identity = self._identity(case_id, command, context)
        found = self._remembered(context)
        if found is None:
            return None
        digest, first = found
        if not hmac.compare_digest(digest, identity.digest):
            raise _reused()
        return _receipt(first, repeated=True)

    def _remembered(self, context: CommandContext) -> tuple[bytes, Appended] | None:
        """The digest and the first result of what the holder sent under this id, or None."""
        return self._recorder.command_result(context.holder, context.command_id)

    def _identity(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> CommandIdentity:
        """Raises ``NotRecordable``: of a command that could not be recorded, no digest is made and no id kept."""
        content = recordable_json(command, type(command).__name__, wire_adapter(type(command)))
        require_recordable(context, type(context).__name__)
        if content.pop("minted", None) is None:
            # A filing names no case yet: each attempt mints another id.
            content["case"] = str(case_id)
        if isinstance(command, SubmitApplication):
            _as_filed_before(content)
        content["command"] = type(command).__name__
        digest = hmac.new(self._digest_key, canonical_json(content), "sha256").digest()
        return CommandIdentity(context.actor, context.command_id, digest, context.key_holder)


def _as_filed_before(content: dict[str, Any]) -> None:
    """Leave out what filings did not say once, where this one does not either: repeated today it is still the same."""
    if not content["received"]:
        del content["received"]
    if content["application"]["renewalOf"] is None:
        del content["application"]["renewalOf"]


def _receipt(first: Appended, *, repeated: bool = False) -> Receipt:
    if first.stream is None or first.version is None:
        raise AssertionError("a command of the product always touches a case")
    return Receipt(
        case_id=first.stream,
        version=first.version,
        position=first.last_position,
        leaf_hash=None if first.leaf_hash is None else first.leaf_hash.hex(),
        repeated=repeated,
    )


def _reused() -> CommandRefused:
    return CommandRefused(
        Reason.IDEMPOTENCY_KEY_REUSED,
        "this idempotency key was used for a command with another body: use a new key for a new command",
    )
