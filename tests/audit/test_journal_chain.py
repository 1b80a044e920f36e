"""A sound journal has no finding, and each way of harming one has its own; events are made here, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.audit.event_seals import Fault, RowLeaf, examined
from domain.audit.journal_chain import FINDINGS_NAMED, Checkpoint, JournalChain, JournalHead

ORIGIN = "tests"
CASE, OTHER_CASE = UUID(int=1), UUID(int=2)
KNOWN_AT_FIRST = 822_214_800_000_000
"""Microseconds from 2000-01-01 to the first moment: 9,516 days and nine hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    position: int
    stream: UUID
    version: int
    type: str
    schema: int
    known_at: int
    leaf_hash: bytes
    envelope: bytes
    body: bytes
    leaf: RowLeaf | None


def event(
    position: int,
    *,
    stream: UUID = CASE,
    version: int | None = None,
    prev: Event | None = None,
    minutes: int | None = None,
) -> Event:
    """The event of a position, a minute after the one before, as the product would store it."""
    minutes = position - 1 if minutes is None else minutes
    version = position if version is None else version
    hashed = sha256(f"leaf {position} {stream} {version}".encode()).digest()
    leaf = RowLeaf(
        hashed=hashed,
        prev=None if prev is None else prev.leaf_hash,
        recorded_at=KNOWN_AT_FIRST + minutes * 60_000_000,
        is_of_the_place=True,
        is_of_the_body=True,
    )
    return Event(
        position=position, stream=stream, version=version, type="Happened", schema=1, body=b"body",
        envelope=b"envelope", known_at=leaf.recorded_at, leaf_hash=hashed, leaf=leaf,
    )  # fmt: skip


def journal(number: int) -> list[Event]:
    """So many events of one case."""
    events: list[Event] = []
    for position in range(1, number + 1):
        events.append(event(position, prev=events[-1] if events else None))
    return events


def with_leaf(of: Event, **changes: Any) -> Event:
    """The event with another leaf, whose hash is made to fit."""
    assert of.leaf is not None
    hashed = sha256(repr((of, changes)).encode()).digest()
    return replace(of, leaf=replace(of.leaf, hashed=hashed, **changes), leaf_hash=hashed)


def checked(
    events: Sequence[Event], *, head: JournalHead | None = None, checkpoint: Checkpoint | None = None
) -> JournalChain:
    head = head or JournalHead(
        origin=ORIGIN, position=events[-1].position if events else 0, known_at=events[-1].known_at if events else None
    )
    chain = JournalChain(head, checkpoint)
    chain.take([examined(each, each.leaf) for each in events])
    chain.finish()
    return chain


def faults(events: Sequence[Event], **more: object) -> list[tuple[int, Fault]]:
    return [(each.position, each.fault) for each in checked(events, **more).findings]  # type: ignore[arg-type]


def test_a_sound_journal_has_no_finding() -> None:
    first, *rest = journal(3)
    other = event(4, stream=OTHER_CASE, version=1)
    chain = checked([first, *rest, other, event(5, version=4, prev=rest[-1])])
    assert chain.findings == ()
    assert (chain.size, chain.case_count, chain.finding_count) == (5, 2, 0)


def test_an_empty_journal_is_sound() -> None:
    assert faults([]) == []


def test_a_stream_of_the_library_may_begin_at_nought() -> None:
    first = event(1, version=0)
    assert faults([first, event(2, version=1, prev=first)]) == []


def test_a_leaf_of_another_event_is_found() -> None:
    first, second = journal(2)
    changed = with_leaf(first, is_of_the_place=False)
    assert faults([changed, event(2, prev=changed)]) == [(1, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)]
    assert faults([first, with_leaf(second, is_of_the_place=False)]) == [(2, Fault.LEAF_DESCRIBES_ANOTHER_EVENT)]


def test_a_changed_body_is_found() -> None:
    assert faults([with_leaf(event(1), is_of_the_body=False)]) == [(1, Fault.BODY_DIFFERS)]


def test_a_leaf_that_does_not_have_its_hash_is_found_and_no_event_after_it_is_blamed() -> None:
    first, second = journal(2)
    assert first.leaf is not None
    forged = replace(first, leaf=replace(first.leaf, hashed=bytes(32)))
    assert faults([forged, second]) == [(1, Fault.LEAF_HASH_DIFFERS)]


def test_a_changed_body_is_not_called_a_wrong_hash_too() -> None:
    (first,) = journal(1)
    assert first.leaf is not None
    changed = replace(first, leaf=replace(first.leaf, hashed=bytes(32), is_of_the_body=False))
    assert faults([changed]) == [(1, Fault.BODY_DIFFERS)]


def test_a_leaf_that_is_none_is_found() -> None:
    (first,) = journal(1)
    chain = JournalChain(JournalHead(origin=ORIGIN, position=1, known_at=None))
    chain.take([examined(first, None)])
    chain.finish()
    assert [each.fault for each in chain.findings] == [Fault.LEAF_UNREADABLE]


def test_an_event_that_was_not_built_on_the_one_before_is_found() -> None:
    first, second, third = journal(3)
    assert faults([first, with_leaf(second, prev=bytes(32)), third]) == [
        (2, Fault.CHAIN_BROKEN),
        (3, Fault.CHAIN_BROKEN),
    ]
    assert faults([with_leaf(first, prev=bytes(32))]) == [(1, Fault.CHAIN_BROKEN)]


def test_a_version_that_is_not_the_next_is_found() -> None:
    first = event(1)
    assert faults([first, event(2, version=3, prev=first)]) == [(2, Fault.VERSION_NOT_NEXT)]
    assert faults([event(1, version=2)]) == [(1, Fault.VERSION_NOT_NEXT)]


def test_missing_events_are_counted_and_named_once() -> None:
    first, second, *_ = journal(5)
    fifth = event(5, version=2, prev=first)
    chain = checked([first, fifth])
    (gap,) = chain.findings
    assert (gap.position, gap.fault, chain.finding_count) == (2, Fault.MISSING_EVENT, 3)
    assert gap.sentence == "events 2 to 4 are missing: the next event there is has position 5"
    (one,) = checked([first, event(3, version=2, prev=first)]).findings
    assert one.sentence == "event 2 is missing: the next event there is has position 3"
    assert faults([second])[0] == (1, Fault.MISSING_EVENT)


def test_a_position_that_is_used_twice_is_found() -> None:
    first = event(1)
    again = replace(event(2, prev=first), position=1)
    assert faults([first, again], head=JournalHead(origin=ORIGIN, position=2, known_at=again.known_at)) == [
        (1, Fault.UNEXPECTED_POSITION)
    ]


def test_the_head_counts_the_events() -> None:
    events = journal(2)
    last = events[-1].known_at
    longer = checked(events, head=JournalHead(origin=ORIGIN, position=4, known_at=last))
    assert [(each.position, each.fault) for each in longer.findings] == [(3, Fault.MISSING_EVENT)]
    assert longer.finding_count == 2
    assert longer.findings[0].sentence == "events 3 to 4 are missing: the head of the journal counts them"
    assert faults(events, head=JournalHead(origin=ORIGIN, position=1, known_at=last)) == [(2, Fault.HEAD_DIFFERS)]
    assert faults(events, head=JournalHead(origin=ORIGIN, position=2, known_at=last + 1)) == [(2, Fault.HEAD_DIFFERS)]


def test_what_was_noted_earlier_is_still_there() -> None:
    events = journal(4)
    noted = Checkpoint(size=2, root=checked(events[:2]).root())
    assert faults(events, checkpoint=noted) == []
    assert faults(events[:2], checkpoint=noted) == []
    assert faults(events[:1], checkpoint=noted) == [(2, Fault.SHORTER_THAN_CHECKPOINT)]
    assert faults(events, checkpoint=Checkpoint(size=2, root="00" * 32)) == [(2, Fault.ROOT_DIFFERS)]
    empty = Checkpoint(size=0, root=checked([]).root())
    assert faults(events, checkpoint=empty) == []


class TestKnownTimes:
    """`known_at` is the latest time of recording so far; the events of one append have that of its last."""

    def test_a_time_that_lies_before_the_recording_is_found(self) -> None:
        (first,) = journal(1)
        early = replace(first, known_at=KNOWN_AT_FIRST - 1)
        assert faults([early]) == [(1, Fault.KNOWN_AT_WRONG)]

    def test_an_event_recorded_earlier_than_the_one_before_is_known_no_earlier(self) -> None:
        first = event(1, minutes=5)
        second = event(2, prev=first, minutes=3)
        assert faults([first, replace(second, known_at=first.known_at)]) == []
        assert faults([first, second]) == [(2, Fault.KNOWN_AT_WRONG)]

    def test_events_of_one_append_share_the_time_of_its_last(self) -> None:
        first = event(1)
        second = event(2, prev=first)
        third = event(3, prev=second)
        shared = [replace(each, known_at=third.known_at) for each in (first, second, third)]
        assert faults(shared) == []

    def test_a_time_that_no_event_was_recorded_at_is_found_at_the_first_that_has_it(self) -> None:
        first, second, third = journal(3)
        late = replace(first, known_at=KNOWN_AT_FIRST + 1)
        assert faults([late, second, third]) == [(1, Fault.KNOWN_AT_WRONG)]
        assert faults([replace(first, known_at=KNOWN_AT_FIRST + 1)]) == [(1, Fault.KNOWN_AT_WRONG)]


def test_the_first_hundred_findings_by_position_are_named_and_all_are_counted() -> None:
    events = [replace(each, leaf=replace(each.leaf, is_of_the_body=False)) for each in journal(FINDINGS_NAMED + 5)]
    chain = checked(events)
    assert [each.position for each in chain.findings] == list(range(1, FINDINGS_NAMED + 1))
    assert chain.finding_count == FINDINGS_NAMED + 5
    assert chain.findings[0].case_id == CASE
    assert chain.findings[0].version == 1
