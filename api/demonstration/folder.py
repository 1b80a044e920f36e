"""Where a demonstration keeps what is its own, below PERMIT_HOME."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from infra.settings import SettingsUnusable


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
        """What it came to, once it was played to its end."""
        return self.path / "figures.json"
