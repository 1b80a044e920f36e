"""Copies of the domain's and the read models' dataclasses: all that `dataclasses.replace` promises, for each class."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, InitVar, dataclass, field, fields, is_dataclass
from datetime import date
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import domain
import projections
from domain.case.lifecycle import Case, CaseStatus
from domain.copies import NotCopyable, replace
from domain.deadlines.pauses import Pause
from domain.law.facts import ApplicationFacts, Publication
from projections.course import Course
from tests.world.examples import examples

PAUSE = Pause(number=1, from_=date(2026, 3, 2), to=None, ground="informationRequested")


def dataclasses_of(*packages: Any) -> Iterator[type[Any]]:
    for package in packages:
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            for each in vars(import_module(found.name)).values():
                if isinstance(each, type) and is_dataclass(each) and each.__module__ == found.name:
                    yield each


def told_apart(of: type[Any]) -> Any:
    """An instance with another value in each field, whatever its types: a field that is mixed up or lost shows."""
    made = object.__new__(of)
    for each in fields(of):
        object.__setattr__(made, each.name, f"the {each.name}")
    return made


def values(of: Any) -> dict[str, Any]:
    return {each.name: getattr(of, each.name) for each in fields(of)}


def copyable(of: type[Any]) -> bool:
    try:
        replace(told_apart(of))
    except NotCopyable:
        return False
    return True


CHECKED_WHEN_MADE = {each for each in dataclasses_of(domain, projections) if hasattr(each, "__post_init__")}
COPYABLE = [each for each in dataclasses_of(domain, projections) if each not in CHECKED_WHEN_MADE and copyable(each)]


def test_a_copy_has_the_changes_and_all_else():
    ended = replace(PAUSE, to=date(2026, 3, 9))

    assert ended == Pause(number=1, from_=date(2026, 3, 2), to=date(2026, 3, 9), ground="informationRequested")
    assert PAUSE.to is None


def test_what_is_folded_can_be_copied():
    assert {Case, ApplicationFacts, Course} <= set(COPYABLE)


@pytest.mark.parametrize("of", COPYABLE, ids=lambda of: of.__qualname__)
@settings(max_examples=examples(20))
@given(data=st.data())
def test_a_copy_is_what_dataclasses_replace_makes_of_it(of: type[Any], data: st.DataObject):
    original = told_apart(of)
    names = list(values(original))
    changed = data.draw(st.sets(st.sampled_from(names)) if names else st.just(set()))
    changes = {name: f"another {name}" for name in changed}

    copy = replace(original, **changes)

    assert type(copy) is of
    assert copy is not original
    assert values(copy) == values(dataclasses.replace(original, **changes)) == {**values(original), **changes}
    assert values(original) == values(told_apart(of))


def test_a_copy_is_frozen_again():
    copy = replace(PAUSE, ground="other")

    with pytest.raises(FrozenInstanceError):
        copy.ground = "informationRequested"  # type: ignore[misc]
    assert hash(copy) == hash(dataclasses.replace(PAUSE, ground="other"))


@pytest.mark.parametrize("name", ["too", "__class__", "in_days"])
def test_a_field_that_the_class_does_not_have_is_refused(name: str):
    with pytest.raises(TypeError, match=f"Pause has no field '{name}'"):
        replace(PAUSE, **{name: None})


def test_what_the_class_checks_when_it_is_made_is_checked_of_a_copy():
    vacancy = Publication(channel="VDAB", published_from=date(2026, 1, 5), published_to=date(2026, 3, 9))

    assert replace(vacancy, published_to=date(2026, 1, 6)).published_to == date(2026, 1, 6)
    with pytest.raises(ValueError, match="cannot end before it began"):
        replace(vacancy, published_to=date(2026, 1, 4))


@dataclass(frozen=True)
class WithoutSlots:
    status: CaseStatus


@dataclass(frozen=True, slots=True)
class DerivesAField:
    days: int
    weeks: int = field(init=False, default=0)


@dataclass(frozen=True, slots=True)
class IsGivenMore:
    days: int
    weeks: InitVar[int] = 0


@dataclass(frozen=True, slots=True, init=False)
class MakesItself:
    days: int

    def __init__(self, days: int) -> None:
        object.__setattr__(self, "days", max(days, 1))


@pytest.mark.parametrize(
    "value",
    [WithoutSlots(CaseStatus.SUBMITTED), DerivesAField(1), IsGivenMore(1), MakesItself(1), 1, "text", None],
    ids=lambda value: type(value).__name__,
)
def test_what_is_more_than_its_fields_is_not_copied(value: Any):
    with pytest.raises(NotCopyable, match=type(value).__name__):
        replace(value)
