"""Work done in forked children, a few at a time: none outlives its patience, and none can harm the next."""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeVar

Key = TypeVar("Key")

_MOST_MEMORY: Final = 4 << 30


@dataclass(slots=True)
class _Child:
    key: Any
    process: int
    give_up: float
    told: bytearray = field(default_factory=bytearray)


def in_children(
    tasks: Iterable[tuple[Key, Callable[[], object], float]], processes: int
) -> Iterator[tuple[Key, Any | None]]:
    """Each key with what its function gives, in the order in which they end.

    None where a child took more than its seconds, or died. Raises RuntimeError where a function raised.
    """
    waiting = iter(tasks)
    running: dict[int, _Child] = {}
    try:
        while True:
            while len(running) < processes and (task := next(waiting, None)) is not None:
                key, work, patience = task
                end, process = _started(work)
                running[end] = _Child(key, process, time.monotonic() + patience)
            if not running:
                return
            for end in _ended(running):
                child = running.pop(end)
                os.close(end)
                os.waitpid(child.process, 0)
                yield child.key, _answer(bytes(child.told))
    finally:
        for end, child in running.items():
            os.kill(child.process, signal.SIGKILL)
            os.waitpid(child.process, 0)
            os.close(end)


def _started(work: Callable[[], object]) -> tuple[int, int]:
    """The end of a pipe on which a new child answers, and its process."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(ours)
        _work(work, theirs)
    os.close(theirs)
    return ours, process


def _work(work: Callable[[], object], end: int) -> NoReturn:
    """What a child does: it says nothing but its answer, and nothing of its parent's is run when it ends."""
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        answer = (True, work())
    except BaseException:
        answer = (False, traceback.format_exc())
    with os.fdopen(end, "wb") as pipe:
        pickle.dump(answer, pipe)
    os._exit(0)


def _ended(running: dict[int, _Child]) -> list[int]:
    """Those that said all they had to say, or were stopped; waits for a sign of any."""
    soonest = min(child.give_up for child in running.values())
    ready, _, _ = select.select(list(running), [], [], max(0.0, soonest - time.monotonic()))
    ended = []
    for end in ready:
        part = os.read(end, 1 << 20)
        if part:
            running[end].told += part
        else:
            ended.append(end)
    now = time.monotonic()
    for end, child in running.items():
        if end not in ended and child.give_up <= now:
            os.kill(child.process, signal.SIGKILL)
            child.told.clear()
            ended.append(end)
    return ended


def _answer(told: bytes) -> Any | None:
    if not told:
        return None
    done, answer = pickle.loads(told)  # noqa: S301
    if not done:
        raise RuntimeError(answer)
    return answer
