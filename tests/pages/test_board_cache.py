"""What the board keeps: never older than promised, computed once for many, and nobody's figures for another's."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.board.cache import LONGEST_AGE, MOST_KEPT, RENEWED_AFTER, BoardCache, Cached, Reached

AT = datetime(2026, 3, 21, 9, 30, tzinfo=UTC)


@dataclass(slots=True)
class Model:
    """A read model and a clock that a test moves; counts how often it was read."""

    position: int = 1
    parked: int = 0
    now: float = 0.0
    read: int = 0
    asked: int = 0
    cache: BoardCache[str] = field(init=False)

    def __post_init__(self) -> None:
        self.cache = BoardCache(self.reached, seconds=lambda: self.now)

    def reached(self) -> Reached:
        self.asked += 1
        return Reached(position=self.position, behind=0, parked=self.parked, at=AT)

    def figures(self) -> str:
        self.read += 1
        return f"as of {self.position}"

    def shown(self, key: str = "flanders") -> str:
        return self.cache.get(key, self.figures).shown


def test_many_readers_within_a_moment_cost_one_reading() -> None:
    model = Model()
    assert [model.shown() for _ in range(5)] == ["as of 1"] * 5
    assert (model.read, model.asked) == (1, 1)


def test_figures_hold_while_the_read_model_stands_still() -> None:
    model = Model()
    model.shown()
    model.now = 3600
    assert model.shown() == "as of 1"
    assert model.read == 1
    # and they are confirmed as of now, which the badge says
    assert model.cache.get("flanders", model.figures).confirmed == 3600


def test_figures_of_another_position_are_read_anew() -> None:
    model = Model()
    model.shown()
    model.position, model.now = 2, RENEWED_AFTER
    assert model.shown() == "as of 2"


def test_figures_are_read_anew_when_a_parked_case_is_taken_up() -> None:
    model = Model(parked=1)
    model.shown()
    model.parked, model.now = 0, RENEWED_AFTER
    model.shown()
    assert model.read == 2


def test_one_scope_is_never_shown_for_another() -> None:
    model = Model()
    one = model.cache.get(("flanders", "nl"), lambda: "flanders in Dutch")
    other = model.cache.get(("flanders", "fr"), lambda: "flanders in French")
    assert (one.shown, other.shown) == ("flanders in Dutch", "flanders in French")
    assert model.cache.get(("flanders", "nl"), model.figures).shown == "flanders in Dutch"


def test_what_is_asked_least_lately_is_given_up() -> None:
    model = Model()
    for n in range(MOST_KEPT + 1):
        model.shown(str(n))
    model.shown(str(MOST_KEPT))
    assert model.read == MOST_KEPT + 1
    model.shown("0")
    assert model.read == MOST_KEPT + 2


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=30))
def test_nothing_is_older_than_promised(steps: list[tuple[float, bool]]) -> None:
    model = Model()
    moved: dict[int, float] = {1: 0.0}
    for seconds, moves in steps:
        model.now += seconds
        if moves:
            model.position += 1
            moved[model.position] = model.now
        shown = int(model.shown().removeprefix("as of "))
        # what is shown was true until the next position came, and that is no longer ago than promised
        assert shown == model.position or model.now - moved[shown + 1] < LONGEST_AGE


@dataclass(slots=True)
class Slow:
    """A computation that waits until a test lets it go."""

    begun: Event = field(default_factory=Event)
    may_end: Event = field(default_factory=Event)
    fails: bool = False

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(10)
        if self.fails:
            raise LookupError("the database is away")
        return "slow"


def never() -> str:
    raise AssertionError("it was computed a second time")


class SeenKey(str):
    """A key that tells when it is looked up, which is when its asker can no longer be too late."""

    __slots__ = ("looked_up",)

    def __init__(self, _key: str) -> None:
        self.looked_up = Event()

    def __hash__(self) -> int:
        self.looked_up.set()
        return super().__hash__()


def waiting_for(pool: ThreadPoolExecutor, model: Model, number: int) -> list[Future[Cached[str]]]:
    """So many askers in threads of their own, all of whom have been let in."""
    keys = [SeenKey("flanders") for _ in range(number)]
    asked = [pool.submit(model.cache.get, each, never) for each in keys]
    assert all(each.looked_up.wait(10) for each in keys)
    return asked


@pytest.mark.parametrize("fails", [False, True])
def test_one_computes_and_the_others_wait_for_it(fails: bool) -> None:
    model, slow = Model(), Slow(fails=fails)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(lambda: model.cache.get("flanders", slow))
        assert slow.begun.wait(10)
        others = waiting_for(pool, model, 8)
        assert not any(each.done() for each in others)
        slow.may_end.set()
        if fails:
            assert all(isinstance(each.exception(10), LookupError) for each in (first, *others))
        else:
            assert {each.result(10).shown for each in (first, *others)} == {"slow"}
    # and after trouble the next one tries again
    assert model.cache.get("flanders", model.figures).shown == ("as of 1" if fails else "slow")


def test_while_one_renews_the_others_get_what_is_young_enough() -> None:
    model, slow = Model(), Slow()
    model.shown()
    model.position, model.now = 2, (RENEWED_AFTER + LONGEST_AGE) / 2
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: model.cache.get("flanders", slow))
        assert slow.begun.wait(10)
        assert model.cache.get("flanders", never).shown == "as of 1"
        # but not what is too old
        model.now = LONGEST_AGE
        (late,) = waiting_for(pool, model, 1)
        assert not late.done()
        slow.may_end.set()
        assert late.result(10).shown == first.result(10).shown == "slow"
