"""Given what happened, when a command comes, then this follows: a decider as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Generic, TypeVar

import pytest

from domain.case.refusals import CommandRefused, Reason

State = TypeVar("State")
Event = TypeVar("Event")
Command = TypeVar("Command")


@dataclass(frozen=True, slots=True)
class Specification(Generic[State, Event, Command]):
    initial: State
    evolve: Callable[[State, Event], State]
    decide: Callable[[State, Command], Sequence[Event]]
    past: tuple[Event, ...] = ()
    command: Command | None = None

    def given(self, *past: Event) -> Specification[State, Event, Command]:
        return replace(self, past=(*self.past, *past))

    def when(self, command: Command) -> Specification[State, Event, Command]:
        return replace(self, command=command)

    def then(self, *expected: Event) -> None:
        assert self.decided() == list(expected)

    def then_events(self, *kinds: type[Event]) -> list[Event]:
        """The events, of exactly these types, for a case that looks at a part of them."""
        decided = self.decided()
        assert [type(event) for event in decided] == list(kinds)
        return decided

    def then_refused(self, reason: Reason) -> CommandRefused:
        with pytest.raises(CommandRefused) as refused:
            self.decided()
        assert refused.value.reason is reason
        return refused.value

    def decided(self) -> list[Event]:
        assert self.command is not None
        return list(self.decide(state_of(self.initial, self.evolve, self.past), self.command))


def state_of(initial: State, evolve: Callable[[State, Event], State], past: Iterable[Event]) -> State:
    return reduce(evolve, past, initial)
