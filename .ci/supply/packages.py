"""The packages that this project is run and developed with: what the locks name, as it is installed here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
RUNTIME_LOCK: Final = ROOT / "requirements.lock"
DEVELOPMENT_LOCK: Final = ROOT / "requirements-dev.lock"

_PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


class SupplyUnclear(Exception):
    """What is installed, or what it says of itself, cannot be judged; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of a lock as it is installed: ``runtime`` if the product needs it to run, ``needs`` by name.

    ``versions`` are all that the lock has, for every Python.
    """

    name: str
    version: str
    versions: tuple[str, ...]
    runtime: bool
    needs: tuple[str, ...]
    metadata: Mapping[str, Any]


def locked(lock: Path) -> dict[str, tuple[str, ...]]:
    """The versions of a lock by name: some packages have one for each Python."""
    versions: dict[str, tuple[str, ...]] = {}
    for name, version in _PINNED.findall(lock.read_text(encoding="utf-8")):
        known = canonicalize_name(name)
        versions[known] = (*versions.get(known, ()), version)
    return versions


def project() -> dict[str, Any]:
    """The project as pyproject.toml describes it."""
    described: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return described


def packages_of_the_locks(installed: Iterable[Distribution] | None = None) -> list[Package]:
    """What the locks name and this machine's environment has, by name.

    A lock serves every machine, so it names some that are for another kind of machine only; those are left out. Raises
    :class:`SupplyUnclear` for a package of another version than the lock's: then it is not the lock that is judged.
    """
    runtime, all_of_them = locked(RUNTIME_LOCK), locked(DEVELOPMENT_LOCK)
    found = {canonicalize_name(each.name): each for each in (distributions() if installed is None else installed)}
    others = [
        f"{name} {found[name].version} (locked: {' or '.join(versions)})"
        for name, versions in all_of_them.items()
        if name in found and found[name].version not in versions
    ]
    if others:
        raise SupplyUnclear(f"the environment is not that of the lock: {', '.join(sorted(others))}. Run make env.")
    present = [name for name in sorted(all_of_them) if name in found]
    return [
        Package(
            name=name,
            version=found[name].version,
            versions=all_of_them[name],
            runtime=name in runtime,
            needs=tuple(each for each in needs(found[name].requires or ()) if each in present),
            metadata=found[name].metadata.json,
        )
        for name in present
    ]


def needs(requirements: Iterable[str]) -> list[str]:
    """The names of what is required on this machine without any extra, each once and in order."""
    wanted = [Requirement(each) for each in requirements]
    return sorted(
        {canonicalize_name(each.name) for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})}
    )
