"""The program's own modules as syntax trees, for rules that no linter has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("api", "consumers", "domain", "infra", "projections")
_OTHERS = "infra/benchmarks/peer_scripts"
"""Run by another interpreter, with another driver."""


def product_modules() -> Iterator[tuple[str, ast.Module]]:
    """Each module of the program by its path from the root, parsed."""
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            place = path.relative_to(_ROOT).as_posix()
            if not place.startswith(_OTHERS):
                yield place, ast.parse(path.read_text(encoding="utf-8"))
