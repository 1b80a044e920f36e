"""An assessment depends on law, facts and the day of knowledge, and on nothing else: no clock, no earlier question."""

from __future__ import annotations

import datetime
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.rulebook import Rulebook
from tests.law.any_application import LAW, READINGS, applications, knowledge, law_by
from tests.world.examples import examples


@given(st.lists(applications(), min_size=2, max_size=4), st.sampled_from(READINGS), knowledge)
@settings(max_examples=examples(40))
def test_an_answer_does_not_depend_on_what_was_asked_before(
    asked: list[ApplicationFacts], readings: tuple[tuple[str, str], ...], known_on: date | None
) -> None:
    """A rulebook keeps what it looked up: neither many questions before nor none may show in an answer."""
    used = law_by(readings)
    fresh = Rulebook(used.provisions, used.terms)

    first = [assess(used, each, known_on) for each in asked]
    again = [assess(used, each, known_on) for each in reversed(asked)][::-1]
    anew = [assess(fresh, each, known_on) for each in asked]

    assert first == again == anew


@given(st.lists(applications(), min_size=1, max_size=3), knowledge)
@settings(max_examples=examples(40))
def test_no_rule_reads_the_clock_or_the_environment(asked: list[ApplicationFacts], known_on: date | None) -> None:
    fresh = Rulebook(LAW.provisions, LAW.terms)

    with clock_watched() as read:
        for facts in asked:
            assess(fresh, facts, known_on)

    assert read == []


@pytest.mark.parametrize(
    "look",
    [date.today, lambda: datetime.datetime.now(datetime.UTC), time.time, time.monotonic, time.localtime],
    ids=["today", "now", "time", "monotonic", "localtime"],
)
def test_a_look_at_the_clock_would_be_noticed(look: Callable[[], object]) -> None:
    with clock_watched() as read:
        look()

    assert read != []


def test_a_look_at_the_environment_would_be_noticed() -> None:
    with clock_watched() as read:
        os.environ.get("TZ")

    assert read != []


@contextmanager
def clock_watched() -> Iterator[list[str]]:
    """Every call meanwhile that asks for the time of day, or for a variable of the environment."""
    read: list[str] = []

    def watch(frame: object, event: str, called: object) -> None:
        if event == "call":
            code = frame.f_code  # type: ignore[attr-defined]
            if code is type(os.environ).__getitem__.__code__:
                read.append("os.environ")
        elif event == "c_call":
            owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
            if owner is time or (name in {"today", "now", "utcnow"} and isinstance(owner, type)):
                read.append(name)

    before, collects = sys.getprofile(), gc.isenabled()
    # Hypothesis times the garbage collector, in the middle of whatever runs: that look is not one of the law's.
    gc.disable()
    sys.setprofile(watch)
    try:
        yield read
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
