"""The result of a demonstration that was played to its end, kept next to it: the next start serves it as it is.

Visitors may have continued its cases meanwhile, so it is neither played nor counted again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """A case to look at: where it is, and by which name people know it."""

    id: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``figures`` as JSON, ``table`` the long one for people, and the cases to look at by their numbers in the plan."""

    marker: str
    figures: dict[str, Any]
    table: str
    shown: dict[int, ShownCase]

    @classmethod
    def kept_in(cls, file: Path, marker: str) -> Self | None:
        """What was stored of the demonstration with this marker, if it was played to its end."""
        try:
            kept = json.loads(file.read_bytes())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if kept.get("marker") != marker:
            return None
        shown = {int(number): ShownCase(**case) for number, case in kept.pop("shown").items()}
        return cls(shown=shown, **kept)

    def keep_in(self, file: Path) -> None:
        unfinished = file.with_suffix(".new")
        unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(file)
