"""What the relay sends is the same whoever makes it: the relay itself, or other processes while it is far behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

import pytest

from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.errors import EventUnpublishable
from infra.workers.relay_windows import FAR_BEHIND, MadeApart, MakingApart, PositionRange, RelayWindows, Window
from tests.projections.poison import insert
from tests.transport.consumed_journal import ConsumedJournal, consumed_journal

pytestmark = pytest.mark.server

SOURCE = "urn:test"
SIZE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingAt(MakingApart):
    """Ends its process at the range that begins behind ``position``."""

    position: int

    @contextmanager
    def open(self) -> Iterator[Callable[[PositionRange], MadeApart]]:
        with MakingApart.open(self) as made:

            def unless_it_ends(positions: PositionRange) -> MadeApart:
                if positions.after == self.position:
                    os._exit(1)
                return made(positions)

            yield unless_it_ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing(MakingApart):
    """Cannot do what it is given, for a reason that lies in no event."""

    error: Exception

    @contextmanager
    def open(self) -> Iterator[Callable[[PositionRange], MadeApart]]:
        def fails(_: PositionRange) -> MadeApart:
            raise self.error

        yield fails


def windows(
    consumed: ConsumedJournal, far_behind: int, *, after: int = 0, apart: MakingApart | None = None
) -> RelayWindows:
    return RelayWindows(
        consumed.recorder,
        consumed.pool,
        source=SOURCE,
        prefix="p.",
        after=after,
        size=SIZE,
        far_behind=far_behind,
        apart=apart,
    )


def made(given: RelayWindows, up_to: int) -> list[Window]:
    """The windows up to a position, and not one more."""
    taken = []
    for window in given.until(Event()):
        taken.append(window)
        if window.up_to >= up_to:
            return taken
    raise AssertionError("it ended before")


@pytest.mark.parametrize("after", [0, 5])
def test_other_processes_make_the_same_windows(admin_url: str, after: int) -> None:
    with consumed_journal(admin_url, 6) as consumed:
        last = len(consumed.events())

        by_itself = made(windows(consumed, FAR_BEHIND, after=after), last)
        by_others = made(windows(consumed, 1, after=after), last)

    assert by_others == by_itself
    assert len(by_itself) > 2


def test_what_is_appended_meanwhile_the_relay_makes_itself(admin_url: str) -> None:
    with consumed_journal(admin_url, 4) as consumed:
        last = len(consumed.events())
        coming = windows(consumed, 1, apart=MakingApart(url=consumed.pool.url, source="urn:others", prefix="p.")).until(
            Event()
        )
        first = next(coming)
        # when an event comes after others have begun to make those before it
        consumed.assign(consumed.events()[0][0])
        rest = []
        while not rest or rest[-1].up_to <= last:
            rest.append(next(coming))
        coming.close()

    def made_by(window: Window) -> set[bytes]:
        return {dict(each.record.headers)["ce_source"] for each in window.records}

    assert [made_by(each) for each in (first, *rest)] == [{b"urn:others"}] * len(rest) + [{SOURCE.encode()}]
    assert (rest[-2].up_to, rest[-1].up_to) == (last, last + 1)


@pytest.mark.parametrize("far_behind", [1, FAR_BEHIND])
def test_an_event_of_which_nothing_can_be_made_ends_it_behind_all_before(admin_url: str, far_behind: int) -> None:
    with consumed_journal(admin_url, 4) as consumed:
        before = consumed.events()
        insert(consumed.recorder, before[-1][0], "CaseAssigned", b"nothing")
        position = consumed.recorder.max_notification_id()
        consumed.assign(before[0][0])
        consumed.assign(before[0][0])

        taken: list[Window] = []
        with pytest.raises(EventUnpublishable, match=f"position {position} of the journal"):
            taken.extend(windows(consumed, far_behind).until(Event()))  # what comes before the error stays

    assert taken[-1].up_to == len(before)
    assert sum(len(each.records) for each in taken) >= len(before)


def test_a_process_that_is_lost_is_done_without(admin_url: str) -> None:
    with consumed_journal(admin_url, 6) as consumed:
        last = len(consumed.events())
        ending = EndingAt(url=consumed.pool.url, source=SOURCE, prefix="p.", position=2 * SIZE)

        taken = made(windows(consumed, 1, apart=ending), last)

        assert taken == made(windows(consumed, FAR_BEHIND), last)


@pytest.mark.parametrize("error", [MemoryError(), OSError(24, "no descriptor left"), DatabaseUnavailable("too many")])
def test_where_processes_cannot_do_it_the_relay_does(admin_url: str, error: Exception) -> None:
    with consumed_journal(admin_url, 4) as consumed:
        last = len(consumed.events())
        failing = Failing(url=consumed.pool.url, source=SOURCE, prefix="p.", error=error)

        assert made(windows(consumed, 1, apart=failing), last) == made(windows(consumed, FAR_BEHIND), last)


def test_one_that_is_stopped_makes_no_more(admin_url: str) -> None:
    with consumed_journal(admin_url, 6) as consumed:
        stopped = Event()
        coming = windows(consumed, 1).until(stopped)
        next(coming)
        stopped.set()
        assert list(coming) == []
