"""What makes a journal sound: every event checked against its own leaf and against what came before it.

The leaf of an event binds its place, its body and the leaf of the event before it in the same case. The order
between cases, and the end of the log, are bound by the tree root alone: they can be judged only against a root
that was noted earlier (``Checkpoint``).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from domain.audit.merkle import Frontier

FINDINGS_NAMED: Final = 100
"""Findings kept word for word, the first by position; the rest are counted."""


class Fault(StrEnum):
    """What can be wrong. Stable codes: reports are compared across runs."""

    MISSING_EVENT = "missingEvent"
    UNEXPECTED_POSITION = "unexpectedPosition"
    LEAF_HASH_DIFFERS = "leafHashDiffers"
    LEAF_UNREADABLE = "leafUnreadable"
    LEAF_DESCRIBES_ANOTHER_EVENT = "leafDescribesAnotherEvent"
    BODY_DIFFERS = "bodyDiffers"
    VERSION_NOT_NEXT = "versionNotNext"
    CHAIN_BROKEN = "chainBroken"
    KNOWN_AT_WRONG = "knownAtWrong"
    HEAD_DIFFERS = "headDiffers"
    SHORTER_THAN_CHECKPOINT = "shorterThanCheckpoint"
    ROOT_DIFFERS = "rootDiffers"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFinding:
    """One thing wrong; ``case_id`` and ``version`` are None where no event is left to ask."""

    position: int
    case_id: UUID | None
    version: int | None
    fault: Fault
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The size and root (lower-case hex) of the journal at an earlier moment, noted outside of it."""

    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHead:
    """What the journal says of itself. ``known_at`` as in :class:`StoredEvent`, None before the first event."""

    origin: str
    position: int
    known_at: int | None


class StoredEvent(Protocol):
    """An event as stored. ``known_at`` counts microseconds since 2000-01-01 UTC."""

    @property
    def position(self) -> int: ...
    @property
    def stream(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def type(self) -> str: ...
    @property
    def schema(self) -> int: ...
    @property
    def known_at(self) -> int: ...
    @property
    def leaf_hash(self) -> bytes: ...
    @property
    def envelope(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLeaf:
    """What the leaf of a stored event says.

    ``hashed`` is the hash of the leaf that its row makes, ``prev`` the leaf hash of the version before, as it was when
    the event was written; ``recorded_at`` as ``known_at``. The leaf may have been made for another place in the
    journal, or for another body.
    """

    hashed: bytes
    prev: bytes | None
    recorded_at: int
    is_of_the_place: bool
    is_of_the_body: bool


class JournalChain:
    """Takes the events of a journal in the order of their positions and notes what is wrong.

    Holds one entry per case (its last version and leaf hash): some 300 bytes each.
    """

    def __init__(self, head: JournalHead, checkpoint: Checkpoint | None = None) -> None:
        self._head = head
        self._checkpoint = checkpoint
        self._root_at_checkpoint: str | None = None
        self._tree = Frontier()
        self._next_position = 1
        self._streams: dict[UUID, tuple[int, bytes]] = {}
        self._known = _KnownTimes()
        self._findings: list[JournalFinding] = []
        self.finding_count = 0
        self._compare_with_checkpoint()

    @property
    def size(self) -> int:
        """The number of events taken so far."""
        return self._tree.size

    @property
    def case_count(self) -> int:
        return len(self._streams)

    @property
    def findings(self) -> tuple[JournalFinding, ...]:
        """The first findings by position, at most ``FINDINGS_NAMED``."""
        return tuple(self._findings)

    def root(self) -> str:
        """The tree root over the leaves, in hex."""
        return self._tree.root().hex()

    def take(self, event: StoredEvent, leaf: RowLeaf | None) -> None:
        """Check the next event; ``leaf`` is None if the row's envelope cannot be read."""
        if event.position != self._next_position:
            self._note_position(event.position)
        self._next_position = max(self._next_position, event.position) + 1

        if leaf is None:
            self._note(event, Fault.LEAF_UNREADABLE, "the stored envelope of its leaf cannot be read")
        else:
            for fault, sentence in self._against_row(event, leaf):
                self._note(event, fault, sentence)
            for fault, sentence in self._against_stream(event, leaf):
                self._note(event, fault, sentence)
            for late in self._known.take(event, leaf.recorded_at):
                self._add(late)
        # The hash that the next event was written against; a changed leaf is named once, not in its followers.
        self._streams[event.stream] = (event.version, event.leaf_hash)
        self._tree.append(event.leaf_hash if leaf is None else leaf.hashed)
        self._compare_with_checkpoint()

    def finish(self) -> None:
        """Check the end of the journal against its head and the checkpoint; call it once, after the last event."""
        for late in self._known.finish():
            self._add(late)
        last = self._next_position - 1
        if self._head.position > last:
            self._missing(last + 1, self._head.position, "the head of the journal counts them")
        elif self._head.position < last:
            self._add_log(
                self._head.position + 1,
                Fault.HEAD_DIFFERS,
                f"the head of the journal is at {self._head.position}, yet there are events up to {last}",
            )
        elif self._head.known_at != self._known.last:
            self._add_log(last, Fault.HEAD_DIFFERS, "the head's known time is not that of the last event")
        self._judge_checkpoint()

    def _against_row(self, event: StoredEvent, leaf: RowLeaf) -> Iterator[tuple[Fault, str]]:
        if not leaf.is_of_the_place:
            yield (
                Fault.LEAF_DESCRIBES_ANOTHER_EVENT,
                "its leaf is that of another journal, case, version, type or schema than it is stored under",
            )
        if not leaf.is_of_the_body:
            yield Fault.BODY_DIFFERS, "its body does not match its leaf"
        if leaf.is_of_the_place and leaf.is_of_the_body and leaf.hashed != event.leaf_hash:
            yield Fault.LEAF_HASH_DIFFERS, "its leaf does not have the stored leaf hash"

    def _against_stream(self, event: StoredEvent, leaf: RowLeaf) -> Iterator[tuple[Fault, str]]:
        before = self._streams.get(event.stream)
        if before is None:
            # Cases start at 1; streams of the event library may start at 0.
            if event.version not in (0, 1):
                yield Fault.VERSION_NOT_NEXT, f"the case begins with version {event.version}: what came before is gone"
            elif leaf.prev is not None:
                yield Fault.CHAIN_BROKEN, "it is the first of its case, but its leaf names an earlier one"
            return
        version, hashed = before
        if event.version != version + 1:
            yield Fault.VERSION_NOT_NEXT, f"version {event.version} follows version {version} of the case"
        elif leaf.prev != hashed:
            yield (
                Fault.CHAIN_BROKEN,
                f"it was not built on version {version} of the case as that is stored now: one of the two was changed",
            )

    def _note_position(self, position: int) -> None:
        if position > self._next_position:
            self._missing(self._next_position, position - 1, f"the next event there is has position {position}")
        else:
            self._add_log(position, Fault.UNEXPECTED_POSITION, "positions begin at 1 and each is used once")

    def _missing(self, first: int, last: int, because: str) -> None:
        what = f"event {first} is" if first == last else f"events {first} to {last} are"
        self._add_log(first, Fault.MISSING_EVENT, f"{what} missing: {because}", count=last - first + 1)

    def _compare_with_checkpoint(self) -> None:
        if self._checkpoint is not None and self._tree.size == self._checkpoint.size:
            self._root_at_checkpoint = self._tree.root().hex()

    def _judge_checkpoint(self) -> None:
        earlier = self._checkpoint
        if earlier is None or self._root_at_checkpoint == earlier.root:
            return
        if self._root_at_checkpoint is None:
            self._add_log(
                self._next_position,
                Fault.SHORTER_THAN_CHECKPOINT,
                f"the journal holds {self.size} events and held {earlier.size} at the checkpoint: its end was cut off",
            )
        else:
            self._add_log(
                earlier.size,
                Fault.ROOT_DIFFERS,
                f"the first {earlier.size} events are not those of the checkpoint: one of them was changed, "
                "put in another order or replaced",
            )

    def _note(self, event: StoredEvent, fault: Fault, sentence: str) -> None:
        self._add(_finding(event, fault, sentence))

    def _add_log(self, position: int, fault: Fault, sentence: str, count: int = 1) -> None:
        self._add(
            JournalFinding(position=position, case_id=None, version=None, fault=fault, sentence=sentence), count=count
        )

    def _add(self, finding: JournalFinding, count: int = 1) -> None:
        self.finding_count += count
        insort(self._findings, finding, key=lambda each: each.position)
        del self._findings[FINDINGS_NAMED:]


class _KnownTimes:
    """``known_at`` is the latest ``recordedAt`` so far; events of one append may share that of its last event."""

    def __init__(self) -> None:
        self.last: int | None = None
        self._latest: int | None = None
        self._ahead: StoredEvent | None = None

    def take(self, event: StoredEvent, recorded_at: int) -> Iterator[JournalFinding]:
        self.last = event.known_at
        self._latest = recorded_at if self._latest is None else max(self._latest, recorded_at)
        if self._ahead is not None and event.known_at != self._ahead.known_at:
            yield _too_late(self._ahead)
            self._ahead = None
        if event.known_at < self._latest:
            yield _finding(
                event, Fault.KNOWN_AT_WRONG, "its known time lies before its own recording or that of an earlier event"
            )
        elif event.known_at == self._latest:
            self._ahead = None
        elif self._ahead is None:
            self._ahead = event

    def finish(self) -> Iterator[JournalFinding]:
        if self._ahead is not None:
            yield _too_late(self._ahead)


def _too_late(event: StoredEvent) -> JournalFinding:
    return _finding(event, Fault.KNOWN_AT_WRONG, "its known time is later than any event up to it was recorded")


def _finding(event: StoredEvent, fault: Fault, sentence: str) -> JournalFinding:
    return JournalFinding(
        position=event.position, case_id=event.stream, version=event.version, fault=fault, sentence=sentence
    )
