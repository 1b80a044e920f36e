"""Boards whose processes come to grief, for tests of what is left then; processes find them by their names."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.read_models.generations import rebuild_projection
from projections.read_model import Cursor
from projections.recorded_event import RecordedEvent
from projections.sla_board.model import SlaBoard

BEGUN = "begun"
"""What a rebuild says that then waits to be killed."""


class BoardOfKilledProcesses(SlaBoard):
    """A process that folds for another one is killed in the middle of its second range."""

    def project(self, batch: Sequence[RecordedEvent], cursor: Cursor) -> None:
        if "infra.shared_work" in sys.orig_argv:
            if _seen:
                os.kill(os.getpid(), signal.SIGKILL)
            _seen.append(len(batch))
        super().project(batch, cursor)


_seen: list[int] = []


def rebuild_and_wait(url: str) -> None:
    """Rebuild the board in two processes, and stop for ever when the first range has been written."""

    def wait(done: int, _there_are: int) -> None:
        sys.stdout.write(f"{BEGUN} {done}\n")
        sys.stdout.flush()
        signal.pause()

    rebuild_projection(url, JournalRecorder(url), SlaBoard({}), on_progress=wait, workers=2, at_once=16)


if __name__ == "__main__":
    rebuild_and_wait(sys.argv[1])
