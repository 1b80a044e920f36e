"""What makes a journal sound: every event agrees with its own leaf and with what came before it.

The leaf of an event binds its place, its body and the leaf of the event before it in the same case. The order
between cases, and the end of the log, are bound by the tree root alone: they can be judged only against a root
that was noted earlier (``Checkpoint``).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.audit.event_seals import ExaminedEvent, Fault, JournalFinding
from domain.audit.merkle import Frontier

FINDINGS_NAMED: Final = 100
"""Findings kept word for word, the first by position; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The size and root (lower-case hex) of the journal at an earlier moment, noted outside of it."""

    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHead:
    """What the journal says of itself. ``known_at`` as in ``StoredEvent``, None before the first event."""

    origin: str
    position: int
    known_at: int | None


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
        self._streams: dict[bytes, tuple[int, bytes]] = {}
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

    def take(self, events: Sequence[ExaminedEvent], subtree: bytes | None = None) -> None:
        """Check the next events, in order.

        ``subtree`` is the tree hash over their leaves alone, if they are a power of two in number: it spares this side
        most of the hashing. Whoever examined the events may be believed that they have it.
        """
        for event in events:
            if event.position != self._next_position:
                self._note_position(event.position)
            self._next_position = max(self._next_position, event.position) + 1
            for fault, sentence in event.faults:
                self._note(event, fault, sentence)
            if event.recorded_at is not None:
                if broken := _against_stream(event, self._streams.get(event.stream)):
                    self._note(event, *broken)
                for late in self._known.take(event, event.recorded_at):
                    self._add(late)
            # The hash that the next event was written against; a changed leaf is named once, not in its followers.
            self._streams[event.stream] = (event.version, event.leaf_hash)
        self._grow(events, subtree)

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

    def _note_position(self, position: int) -> None:
        if position > self._next_position:
            self._missing(self._next_position, position - 1, f"the next event there is has position {position}")
        else:
            self._add_log(position, Fault.UNEXPECTED_POSITION, "positions begin at 1 and each is used once")

    def _missing(self, first: int, last: int, because: str) -> None:
        what = f"event {first} is" if first == last else f"events {first} to {last} are"
        self._add_log(first, Fault.MISSING_EVENT, f"{what} missing: {because}", count=last - first + 1)

    def _grow(self, events: Sequence[ExaminedEvent], subtree: bytes | None) -> None:
        size, by = self._tree.size, len(events)
        passes_checkpoint = self._checkpoint is not None and size < self._checkpoint.size < size + by
        if subtree is not None and size % by == 0 and not passes_checkpoint:
            self._tree.append(subtree, leaves=by)
            self._compare_with_checkpoint()
            return
        for event in events:
            self._tree.append(event.hashed)
            self._compare_with_checkpoint()

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

    def _note(self, event: ExaminedEvent, fault: Fault, sentence: str) -> None:
        self._add(_finding(event, fault, sentence))

    def _add_log(self, position: int, fault: Fault, sentence: str, count: int = 1) -> None:
        self._add(
            JournalFinding(position=position, case_id=None, version=None, fault=fault, sentence=sentence), count=count
        )

    def _add(self, finding: JournalFinding, count: int = 1) -> None:
        self.finding_count += count
        insort(self._findings, finding, key=lambda each: each.position)
        del self._findings[FINDINGS_NAMED:]


def _against_stream(event: ExaminedEvent, before: tuple[int, bytes] | None) -> tuple[Fault, str] | None:
    """``before`` is version and stored leaf hash of the event before it in its case."""
    if before is None:
        # Cases start at 1; streams of the event library may start at 0.
        if event.version not in (0, 1):
            return Fault.VERSION_NOT_NEXT, f"the case begins with version {event.version}: what came before is gone"
        if event.prev is not None:
            return Fault.CHAIN_BROKEN, "it is the first of its case, but its leaf names an earlier one"
        return None
    version, hashed = before
    if event.version != version + 1:
        return Fault.VERSION_NOT_NEXT, f"version {event.version} follows version {version} of the case"
    if event.prev != hashed:
        return (
            Fault.CHAIN_BROKEN,
            f"it was not built on version {version} of the case as that is stored now: one of the two was changed",
        )
    return None


class _KnownTimes:
    """``known_at`` is the latest ``recordedAt`` so far; events of one append may share that of its last."""

    def __init__(self) -> None:
        self.last: int | None = None
        self._latest: int | None = None
        self._ahead: ExaminedEvent | None = None

    def take(self, event: ExaminedEvent, recorded_at: int) -> Sequence[JournalFinding]:
        """What the event shows to be wrong, with itself or with an earlier one."""
        self.last = event.known_at
        if self._latest is None or recorded_at > self._latest:
            self._latest = recorded_at
        found: tuple[JournalFinding, ...] = ()
        if self._ahead is not None and event.known_at != self._ahead.known_at:
            found = (_too_late(self._ahead),)
            self._ahead = None
        if event.known_at < self._latest:
            sentence = "its known time lies before its own recording or that of an earlier event"
            found = (*found, _finding(event, Fault.KNOWN_AT_WRONG, sentence))
        elif event.known_at == self._latest:
            self._ahead = None
        elif self._ahead is None:
            self._ahead = event
        return found

    def finish(self) -> Iterator[JournalFinding]:
        if self._ahead is not None:
            yield _too_late(self._ahead)


def _too_late(event: ExaminedEvent) -> JournalFinding:
    return _finding(event, Fault.KNOWN_AT_WRONG, "its known time is later than any event up to it was recorded")


def _finding(event: ExaminedEvent, fault: Fault, sentence: str) -> JournalFinding:
    return JournalFinding(
        position=event.position,
        case_id=UUID(bytes=event.stream),
        version=event.version,
        fault=fault,
        sentence=sentence,
    )
