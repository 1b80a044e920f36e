"""From a directory ``<authority>/*.toml`` to provisions, or a refusal that names file, entry and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from domain.codes import AUTHORITIES
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.procedure import SelectedReading
from domain.law.readers.entry_reader import LawDataUnusable, read_entries
from domain.law.readers.provisions import READERS

FEDERAL: Final = "federal"
LAW_AUTHORITIES: Final = (*AUTHORITIES, FEDERAL)
"""Whose law there is: that of the four authorities, and federal law, which applies beside each of them."""


def read_law(directory: Path) -> tuple[Provision, ...]:
    """All provisions under ``directory``. Raises LawDataUnusable for the first thing that is wrong."""
    found: list[_Placed] = []
    for path in sorted(directory.glob("*/*.toml")):
        file = f"{path.parent.name}/{path.name}"
        authority = path.parent.name
        if authority not in LAW_AUTHORITIES:
            raise LawDataUnusable(
                file=file,
                entry=None,
                key=None,
                problem=f"the directory {authority!r} is no authority",
                remedy=f"use one of {', '.join(LAW_AUTHORITIES)}",
            )
        for kind, entry in read_entries(path, file, READERS):
            found.append(_Placed(file, entry.line, READERS[kind](entry, authority)))
            entry.finish()
    if not found:
        raise LawDataUnusable(
            file=str(directory),
            entry=None,
            key=None,
            problem="there is no law in this directory",
            remedy="name a directory that holds <authority>/*.toml",
        )
    _refuse_repeated_ids(found)
    _refuse_supersession_of_nothing(found)
    _refuse_contradictions(found)
    _refuse_readings_of_nothing(found)
    return tuple(each.provision for each in found)


class _Placed(NamedTuple):
    """A provision and where it is, for the person who has to correct it."""

    file: str
    line: int
    provision: Provision

    def unusable(self, key: str, problem: str, remedy: str) -> LawDataUnusable:
        return LawDataUnusable(
            file=self.file, line=self.line, entry=self.provision.id, key=key, problem=problem, remedy=remedy
        )


def _refuse_repeated_ids(found: list[_Placed]) -> None:
    first: dict[str, str] = {}
    for each in found:
        name = each.provision.id
        if name in first:
            raise each.unusable("id", f"the same id is used in {first[name]}", "give every entry an id of its own")
        first[name] = f"{each.file}, line {each.line}"


def _refuse_supersession_of_nothing(found: list[_Placed]) -> None:
    by_id = {each.provision.id: each.provision for each in found}
    for each in found:
        for name in each.provision.supersedes:
            earlier = by_id.get(name)
            if earlier is None or type(earlier) is not type(each.provision):
                raise each.unusable("supersedes", f"{name!r} is no entry of the same kind", "name an id that exists")
            known_from, known_before = each.provision.known_from, earlier.known_from
            if known_from is None or known_before is None or known_from <= known_before:
                raise each.unusable(
                    "supersedes", f"{name!r} is not known earlier", "supersede only what was known before"
                )


def _refuse_contradictions(found: list[_Placed]) -> None:
    """Entries of one kind and authority are held against each other: they are few, the pairs of all are many."""
    together: dict[tuple[str, str], list[_Placed]] = {}
    for each in found:
        alike = together.setdefault((each.provision.kind, each.provision.authority), [])
        for earlier in alike:
            if each.provision.contradicts(earlier.provision):
                raise each.unusable(
                    "from",
                    f"it overlaps {earlier.provision.id} ({earlier.file}, line {earlier.line})",
                    f'end one the day before the other, or write supersedes = ["{earlier.provision.id}"]',
                )
        alike.append(each)


def _refuse_readings_of_nothing(found: list[_Placed]) -> None:
    """A question has readings, and one of them is selected at any time."""
    answered = {(each.provision.authority, each.provision.question, each.provision.reading) for each in found}
    chosen = {
        (each.provision.authority, each.provision.scope[0])
        for each in found
        if isinstance(each.provision, SelectedReading)
    }
    for each in found:
        held = each.provision
        if isinstance(held, SelectedReading) and (held.authority, held.scope[0], held.reading) not in answered:
            raise each.unusable(
                "reading", f"no entry holds the reading {held.reading!r}", "name a reading that is loaded"
            )
        if held.question is not None and (held.authority, held.question) not in chosen:
            raise each.unusable(
                "question",
                f"no reading of {held.question!r} is selected",
                "add a [[selected_reading]] for the question",
            )
