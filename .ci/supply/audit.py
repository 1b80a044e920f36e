"""Which of the installed packages has a published vulnerability, by advisories in the format of OSV.

The advisories are given: a folder or a zip of JSON records, such as the export for PyPI that OSV publishes. Nothing is
fetched. Whoever has none, or has old ones, has not audited, and is told so: that is neither passed nor failed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from packages import SupplyUnclear
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

OLDEST: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisories:
    """Records as they were published; ``as_of`` is the day of the newest change in any of them, UTC."""

    records: tuple[Mapping[str, Any], ...]
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerable:
    """A package that is installed in a version which an advisory names."""

    name: str
    version: str
    advisory: str
    summary: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        remedy = f"fixed in {', '.join(self.fixed_in)}" if self.fixed_in else "no fixed version is known"
        return f"{self.name} {self.version}: {self.advisory}, {self.summary} ({remedy})"


class NotAudited(Exception):
    """There are no advisories to audit by, or they are too old; the sentence says which."""


def read_advisories(path: Path | None, today: date) -> Advisories:
    """The advisories at a path. Raises :class:`NotAudited`, and :class:`SupplyUnclear` for what is no advisory."""
    if path is None:
        raise NotAudited("no advisory data was given (make check ADVISORIES=path)")
    records = tuple(_records(path))
    if not records:
        raise NotAudited(f"{path.name} holds no advisory")
    newest = max(_modified(each) for each in records)
    if newest > today:
        raise SupplyUnclear(f"{path.name} has an advisory of {newest}, which is still to come: check this clock")
    if today - newest > OLDEST:
        raise NotAudited(f"the advisory data is of {newest}, older than {OLDEST.days} days")
    return Advisories(records=records, as_of=newest)


def vulnerable(installed: Iterable[tuple[str, str]], advisories: Advisories) -> list[Vulnerable]:
    """Those of the packages, given by name and version, that an advisory names; withdrawn ones name nothing."""
    versions = {canonicalize_name(name): version for name, version in installed}
    found = []
    for record in advisories.records:
        if record.get("withdrawn"):
            continue
        for affected in record.get("affected", ()):
            package = affected.get("package", {})
            name = canonicalize_name(str(package.get("name", "")))
            if package.get("ecosystem") != "PyPI" or name not in versions:
                continue
            if _is_affected(versions[name], affected, str(record["id"])):
                found.append(
                    Vulnerable(
                        name=name,
                        version=versions[name],
                        advisory=str(record["id"]),
                        summary=str(record.get("summary") or "no summary"),
                        fixed_in=tuple(each["fixed"] for each in _events(affected) if "fixed" in each),
                    )
                )
    return sorted(set(found), key=lambda each: (each.name, each.advisory))


def _is_affected(version: str, affected: Mapping[str, Any], advisory: str) -> bool:
    """Whether a version is listed, or lies in a range: behind an introduction and before the next fix."""
    if version in affected.get("versions", ()):
        return True
    try:
        own = Version(version)
        return any(
            _in_range(own, each.get("events", ()))
            for each in affected.get("ranges", ())
            if each.get("type") == "ECOSYSTEM"
        )
    except InvalidVersion as why:
        raise SupplyUnclear(f"{advisory} cannot be compared: {why}") from None


def _in_range(own: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """The rule of OSV: the events in the order of their versions, each of which opens or closes the range."""
    is_open = False
    for kind, at in sorted(((kind, at) for each in events for kind, at in each.items()), key=lambda e: _place(e[1])):
        if kind == "introduced" and _place(at) <= own:
            is_open = True
        elif (kind == "fixed" and _place(at) <= own) or (kind == "last_affected" and _place(at) < own):
            is_open = False
    return is_open


def _place(at: str) -> Version:
    return Version("0.dev0") if at == "0" else Version(at)


def _events(affected: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    for each in affected.get("ranges", ()):
        if each.get("type") == "ECOSYSTEM":
            yield from each.get("events", ())


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        for name, content in _texts(path):
            record = json.loads(content)
            if not isinstance(record, dict) or not {"id", "modified"} <= record.keys():
                raise SupplyUnclear(f"{name} is no advisory in the format of OSV: it has no id or day of change")
            yield record
    except (OSError, BadZipFile, UnicodeDecodeError, json.JSONDecodeError) as why:
        raise SupplyUnclear(f"the advisories at {path} cannot be read ({type(why).__name__})") from None


def _texts(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for each in sorted(path.glob("**/*.json")):
            yield each.name, each.read_bytes()
        return
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".json"):
                yield name, archive.read(name)


def _modified(record: Mapping[str, Any]) -> date:
    try:
        return datetime.fromisoformat(str(record["modified"])).astimezone(UTC).date()
    except ValueError:
        raise SupplyUnclear(f"{record['id']} has no day of change that can be read") from None
