"""An embedded PostgreSQL that a test may harm: killed without a word, brought back as a new start of permit would."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.postgres.server.embedded import EmbeddedPostgres
from infra.postgres.server.migrate import migrate_journal
from tests.journal.appends import ORIGIN
from tests.world.processes import children_of, lives
from tests.world.waiting import wait_until


class OwnServer:
    def __init__(self, home: Path) -> None:
        self.home = home
        self._holds: list[EmbeddedPostgres] = []

    def __enter__(self) -> Self:
        self.start()
        migrate_journal(self.url, origin=ORIGIN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.start()
        for hold in self._holds:
            hold.release()

    @property
    def url(self) -> str:
        return self._holds[-1].url

    @property
    def socket_directory(self) -> Path:
        return self.home / "postgres-socket"

    def start(self) -> None:
        hold = EmbeddedPostgres(self.home)
        hold.start()
        self._holds.append(hold)

    def kill(self) -> None:
        """kill -9 of the first process and all of its children: no part of the server gets to say goodbye."""
        postmaster = self._holds[-1].postmaster_pid()
        victims = [postmaster, *children_of(postmaster)]
        for process in victims:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        wait_until(lambda: not any(lives(process) for process in victims), because="the killed processes are gone")
