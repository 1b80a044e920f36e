"""However the events of a journal are dealt out in pages, and whatever is wrong with them: the same findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.audit.event_seals import ExaminedEvent, examined
from domain.audit.journal_chain import Checkpoint, JournalChain, JournalHead
from domain.audit.merkle import Frontier
from tests.audit.test_journal_chain import ORIGIN, Event, event, with_leaf

HARMS = ("none", "gone", "prev", "body", "early", "late", "hash", "unreadable", "moved")


@st.composite
def harmed_journals(draw: st.DrawFn) -> list[Event]:
    """Up to forty events of three cases, some of them harmed."""
    heads: dict[int, Event] = {}
    events = []
    for position in range(1, draw(st.integers(1, 40)) + 1):
        case = draw(st.integers(1, 3))
        before = heads.get(case)
        made = event(position, stream=UUID(int=case), version=1 if before is None else before.version + 1, prev=before)
        heads[case] = made
        events += harmed(made, draw(st.sampled_from(HARMS)))
    return sorted(events, key=lambda each: each.position)


def harmed(sound: Event, harm: str) -> Iterator[Event]:
    match harm:
        case "none":
            yield sound
        case "gone":
            return
        case "prev":
            yield with_leaf(sound, prev=bytes(32))
        case "body":
            yield with_leaf(sound, is_of_the_body=False)
        case "early":
            yield replace(sound, known_at=sound.known_at - 1)
        case "late":
            yield replace(sound, known_at=sound.known_at + 60_000_000)
        case "hash":
            yield replace(sound, leaf_hash=b"\0" * 32)
        case "unreadable":
            yield replace(sound, leaf=None)
        case "moved":
            yield replace(sound, position=sound.position + 100)


@given(
    harmed_journals(),
    st.sampled_from([1, 2, 4, 8, 16, 64]),
    st.none() | st.builds(Checkpoint, size=st.integers(0, 45), root=st.just("00" * 32)),
)
def test_the_size_of_a_page_changes_nothing(events: list[Event], at_once: int, checkpoint: Checkpoint | None) -> None:
    head = JournalHead(origin=ORIGIN, position=40, known_at=None)
    whole, by_pages = JournalChain(head, checkpoint), JournalChain(head, checkpoint)
    seen = [examined(each, each.leaf) for each in events]

    whole.take(seen)
    for page in pages(seen, at_once):
        by_pages.take(page, subtree(page))
    whole.finish()
    by_pages.finish()

    assert by_pages.findings == whole.findings
    assert (by_pages.size, by_pages.case_count, by_pages.finding_count, by_pages.root()) == (
        whole.size,
        whole.case_count,
        whole.finding_count,
        whole.root(),
    )


def pages(events: Sequence[ExaminedEvent], at_once: int) -> list[list[ExaminedEvent]]:
    """By ranges of positions, some of which are empty."""
    last = max((each.position for each in events), default=0)
    return [[each for each in events if after < each.position <= after + at_once] for after in range(0, last, at_once)]


def subtree(page: Sequence[ExaminedEvent]) -> bytes | None:
    if len(page).bit_count() != 1:
        return None
    tree = Frontier()
    for each in page:
        tree.append(each.hashed)
    return tree.root()
