"""What the watch over the databases concludes from what it finds, look by look; the clock is the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from infra.limits import DatabaseLimits
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.troubles import Trouble
from infra.postgres.signs_of_life import JournalSign
from infra.workers.database_watch import KNOWN_FOR_SECONDS, DatabaseHealth, DatabaseWatch

LIMITS = DatabaseLimits()
WELL = DatabaseHealth(journal=True, keys=True, appends=True)
NOTHING_IS_STORED = DatabaseHealth(journal=True, keys=True, appends=False)


@dataclass
class World:
    """The databases as the watch finds them, and what became of the appends of this process."""

    now: float = 1_000.0
    position: int = 7
    parked: int = 0
    troubles: dict[str, Trouble] = field(default_factory=dict)
    probes: int = 0
    stored_at: float = 0.0
    failed_at: float = 0.0

    def journal(self) -> JournalSign:
        self._meet("journal")
        return JournalSign(position=self.position, parked=self.parked)

    def keys(self) -> None:
        self._meet("keys")

    def append(self) -> None:
        self.probes += 1
        self._meet("append")

    def seconds(self) -> float:
        return self.now

    def _meet(self, what: str) -> None:
        if what in self.troubles:
            raise DatabaseUnavailable(what, self.troubles[what])


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def watch(world: World) -> DatabaseWatch:
    return DatabaseWatch(world, world, LIMITS, seconds=world.seconds)


def look(watch: DatabaseWatch, world: World, *, times: int = 1) -> DatabaseHealth:
    """One look each second."""
    for _ in range(times):
        world.now += 1
        watch.look()
    return watch.health()


def test_before_the_first_look_nothing_is_known(watch: DatabaseWatch) -> None:
    assert watch.health() == DatabaseHealth(journal=False, keys=False, appends=False)


def test_the_first_look_tries_an_append(watch: DatabaseWatch, world: World) -> None:
    assert look(watch, world) == WELL
    assert world.probes == 1


def test_while_somebody_appends_nothing_is_tried(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    for _ in range(30):
        world.position += 1
        assert look(watch, world) == WELL
    assert world.probes == 1


def test_where_nobody_does_it_is_tried_every_few_seconds(watch: DatabaseWatch, world: World) -> None:
    look(watch, world, times=61)
    assert world.probes == 1 + 60 // KNOWN_FOR_SECONDS


def test_a_full_disk_is_found_by_trying_and_so_is_its_end(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    world.troubles["append"] = Trouble.FULL
    assert look(watch, world, times=5) == NOTHING_IS_STORED
    del world.troubles["append"]
    assert look(watch, world) == WELL


def test_an_append_of_ones_own_that_failed_is_looked_into_at_once(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    world.position += 1  # another's succeeded
    world.failed_at, world.troubles["append"] = world.now + 0.5, Trouble.BUSY
    assert look(watch, world) == NOTHING_IS_STORED
    # when it is over, a failure of before says nothing any more
    del world.troubles["append"]
    assert look(watch, world) == WELL
    tried = world.probes
    assert look(watch, world, times=2) == WELL
    assert world.probes == tried


def test_a_load_that_holds_the_head_for_a_moment_is_nobodys_trouble(watch: DatabaseWatch, world: World) -> None:
    look(watch, world, times=6)
    world.troubles["append"] = Trouble.BUSY
    for _ in range(30):
        # for some looks it cannot be tried; then the load has appended something
        assert look(watch, world, times=4) == WELL
        world.position += 5_000
        assert look(watch, world) == WELL


def test_a_head_that_is_held_for_longer_is(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    world.troubles["append"] = Trouble.BUSY
    first_trial = KNOWN_FOR_SECONDS
    assert look(watch, world, times=int(first_trial + LIMITS.lock_seconds)) == WELL
    assert look(watch, world) == NOTHING_IS_STORED


def test_the_key_store_alone_takes_nothing_else_along(watch: DatabaseWatch, world: World) -> None:
    world.troubles["keys"] = Trouble.AWAY
    assert look(watch, world) == DatabaseHealth(journal=True, keys=False, appends=True)


def test_what_is_parked_is_counted(watch: DatabaseWatch, world: World) -> None:
    world.parked = 3
    assert look(watch, world).parked == 3


def test_a_journal_that_does_not_answer_leaves_nothing_known(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    world.troubles["journal"] = Trouble.SILENT
    assert look(watch, world) == DatabaseHealth(journal=False, keys=False, appends=False)


def test_a_watch_from_which_nothing_is_heard_is_a_bad_sign(watch: DatabaseWatch, world: World) -> None:
    look(watch, world)
    world.now += 9
    assert not watch.health().journal
