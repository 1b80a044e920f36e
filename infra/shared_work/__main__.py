"""One process of those among which work is shared out: ``python -m infra.shared_work DESCRIPTOR``.

It is given the work and then one piece after another over the socket of this number, and ends with its parent.
"""

from __future__ import annotations

import os
import pickle  # nosec B403 # between processes of one program
import sys
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import Queue
from threading import Thread
from typing import Any

from domain.unusable import Unusable
from infra.child_process import end_with_standard_input
from infra.garbage_collection import collect_rarely
from infra.shared_work.sharing import READY, Done, Failed, Work


def main() -> None:
    collect_rarely()
    # In the middle of a piece too: nothing is written, so nothing has to be put in order first.
    end_with_standard_input(lambda: os._exit(0))
    with Connection(int(sys.argv[1])) as parent:
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        try:
            _work_for(parent)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return  # nobody is left to whom anything could be said


def _work_for(parent: Connection) -> None:
    try:
        work: Work[Any, Any] = parent.recv()
        with work.open() as do:
            for number, piece in _pieces(parent):
                parent.send(Done(number, do(piece)))
    except Exception as why:
        parent.send(Failed(_portable(why)))


def _pieces(parent: Connection) -> Iterator[tuple[int, Any]]:
    """The pieces with their numbers, read as they come: a long piece must not wait, unread, for a long result.

    Else parent and child would each wait for the other to read. The parent bounds how many there are.
    """
    coming: Queue[tuple[int, Any] | Exception | None] = Queue()

    def read() -> None:
        try:
            while True:
                coming.put(parent.recv())
        except (EOFError, OSError):
            coming.put(None)
        except Exception as why:  # what was sent cannot be read here
            coming.put(why)

    Thread(target=read, name="pieces", daemon=True).start()
    while (numbered := coming.get()) is not None:
        if isinstance(numbered, Exception):
            raise numbered
        yield numbered


def _portable(why: Exception) -> Exception:
    """The error with where it arose, or one of its meaning if it cannot be sent (its constructor takes no text)."""
    why.add_note(f"In a worker process:\n{traceback.format_exc()}")
    try:
        pickle.loads(pickle.dumps(why))  # noqa: S301  # nosec B301 # our own bytes
    except Exception:
        return Unusable(str(why)) if isinstance(why, Unusable) else RuntimeError("\n".join(why.__notes__))
    return why


if __name__ == "__main__":
    main()
