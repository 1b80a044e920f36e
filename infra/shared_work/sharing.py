"""Work shared out over processes: each opens once what it needs, the results come back in the order of the pieces.

Whatever ends this process ends the others too. What ends one of them, or goes wrong in it, ends the work with the
error that the same work in this process would have raised.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain, islice
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from domain.unusable import Unusable
from infra.child_process import StartingChild, starting_child

READY: Final = "ready"
"""What a process says when it has begun; see :mod:`infra.shared_work.__main__`."""

_AT_EACH: Final = 2
"""Pieces that a process has: one to work on, and one with which it goes on while its result is taken."""

_AHEAD: Final = 4
"""Results a process that may wait for the one that is due, so that one slow piece does not fill the memory."""

Piece = TypeVar("Piece")
Piece_contra = TypeVar("Piece_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Work(Protocol[Piece_contra, Result_co]):
    """What is to be done. It is pickled to each process, and so are the pieces and the results."""

    def open(self) -> AbstractContextManager[Callable[[Piece_contra], Result_co]]:
        """Open what is needed, and give what does one piece."""


class WorkerLost(Unusable):
    """A process ended before its work was done."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process ended before its work was done: it was killed, or memory ran out. Run the command "
            "again, with fewer workers if memory is short"
        )


class Done(NamedTuple):
    """The result of the piece with this number."""

    number: int
    result: Any


class Failed(NamedTuple):
    """A process could not open what it needs, or not do a piece."""

    why: Exception


def available_cores() -> int:
    """Cores this process may use. More processes than these do not get the work done sooner."""
    return len(os.sched_getaffinity(0))


@contextmanager
def shared_out(
    work: Work[Piece, Result], pieces: Iterable[Piece], *, workers: int | None = None
) -> Iterator[Iterator[Result]]:
    """Have ``workers`` processes (default: one a core) do the pieces; they end with the block.

    Pieces are taken when a process is free for them, and only so far ahead of the result that is due that memory stays
    flat. With one worker, or no more than one piece, all is done in this process: a start costs half a second.

    Raises what the work raises, :class:`WorkerLost`, and ``ChildDidNotStart``.
    """
    coming = iter(pieces)
    first = list(islice(coming, available_cores() if workers is None else workers))
    if len(first) <= 1:
        with work.open() as do:
            yield map(do, chain(first, coming))
        return
    with ExitStack() as opened:
        started = [opened.enter_context(_started()) for _ in first]
        yield _in_order([_ready(child, line, work) for child, line in started], chain(first, coming))


@contextmanager
def _started() -> Iterator[tuple[StartingChild, Connection]]:
    ours, theirs = Pipe()
    with ours, ExitStack() as opened:
        # Only the child may hold the other end: that it is gone shows by the end of what can be read.
        with theirs:
            child = opened.enter_context(
                starting_child(
                    "infra.shared_work", [str(theirs.fileno())], announcement=READY, inherits=[theirs.fileno()]
                )
            )
        yield child, ours


def _ready(child: StartingChild, line: Connection, work: object) -> Connection:
    child.ready()
    _send(line, work)
    return line


def _in_order(crew: list[Connection], pieces: Iterator[Piece]) -> Iterator[Any]:
    numbered = enumerate(pieces)
    coming = next(numbered, None)
    free = crew * _AT_EACH
    finished: dict[int, Any] = {}
    due = 0
    while coming is not None or len(free) < len(crew) * _AT_EACH:
        while coming is not None and free and coming[0] < due + len(crew) * _AHEAD:
            _send(free.pop(0), coming)
            coming = next(numbered, None)
        answered = wait(crew)
        for line in (each for each in crew if each in answered):
            done = _received(line)
            finished[done.number] = done.result
            free.append(line)
        while due in finished:
            yield finished.pop(due)
            due += 1


def _send(line: Connection, what: object) -> None:
    try:
        line.send(what)
    except OSError:
        # Nobody is there any more; before it ended it may have said why.
        while True:
            _received(line)


def _received(line: Connection) -> Done:
    try:
        answer: Done | Failed = line.recv()
    except (EOFError, OSError):
        raise WorkerLost from None
    if isinstance(answer, Failed):
        raise answer.why
    return answer
