"""The processes that another one started, as the system knows them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def children_of(parent: int) -> list[int]:
    """Those that live, of this parent."""
    children = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with suppress(OSError):
                state, of = _state_and_parent(process)
                if of == parent and state not in "ZX":
                    children.append(int(process.name))
    return children


def lives(process: int) -> bool:
    """Whether it is there, and no zombie."""
    try:
        return _state_and_parent(Path(f"/proc/{process}"))[0] not in "ZX"
    except OSError:
        return False


def _state_and_parent(process: Path) -> tuple[str, int]:
    # The name of the program comes before and may hold anything.
    state, parent = (process / "stat").read_text().rpartition(")")[2].split()[:2]
    return state, int(parent)
