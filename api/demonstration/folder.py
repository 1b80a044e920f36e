"""Where a demonstration keeps what is its own, below PERMIT_HOME."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from domain.unusable import Unusable
from infra.settings import SettingsUnusable


class DemonstrationUnderWay(Unusable):
    """Another process plays or serves a demonstration in this home; nothing was touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationFolder:
    path: Path

    @classmethod
    def of(cls, home: Path) -> Self:
        """Made if it is missing, with what is above it: there the account of the embedded server must pass.

        Raises ``SettingsUnusable`` where it cannot be made, or the log in it not be written.
        """
        folder = cls(path=home / "demonstration")
        try:
            for missing in reversed([each for each in (folder.path, *folder.path.parents) if not each.exists()]):
                missing.mkdir(exist_ok=True)
                missing.chmod(0o755)
            folder.log.touch(mode=0o600)
        except OSError as why:
            raise SettingsUnusable(
                f"PERMIT_HOME cannot be used: {why.filename} cannot be written ({why.strerror}). Give this user the "
                "right to write there, or set PERMIT_HOME to another directory."
            ) from None
        return folder

    @contextmanager
    def held_alone(self) -> Iterator[None]:
        """Keep other demonstrations out of this home until the block ends, or this process does.

        Raises :class:`DemonstrationUnderWay`.
        """
        with (self.path / "lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise DemonstrationUnderWay(
                    f"a demonstration runs in {self.path.parent} already (process {lock.read().strip()}): "
                    "end it first, or set PERMIT_HOME to another directory"
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    @property
    def log(self) -> Path:
        """What its processes have to say, a JSON object a line."""
        return self.path / "log.jsonl"

    @property
    def extracts(self) -> Path:
        """The legacy files of the authorities that move in."""
        return self.path / "extracts"

    @property
    def outcome(self) -> Path:
        """Its result, once it was played to its end."""
        return self.path / "figures.json"
