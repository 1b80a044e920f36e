"""Entries about lists of occupations, and about the functions on them."""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import Final

from domain.codes import CATEGORIES
from domain.law.provisions import job
from domain.law.provisions.effective_dated import Provision
from domain.law.readers.common_keys import Common, Readers, common_keys
from domain.law.readers.entry_reader import EntryReader

_OCCUPATION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,19}", re.ASCII)


def _shortage_list(entry: EntryReader, authority: str) -> Provision:
    return job.ShortageList(
        **_occupation_list(entry, authority),
        renewal_keeps=entry.flag("renewal_keeps"),
        long_term_residents_only=(
            entry.flag("long_term_residents_only") if entry.has("long_term_residents_only") else None
        ),
    )


def _bottleneck_list(entry: EntryReader, authority: str) -> Provision:
    return job.BottleneckList(**_occupation_list(entry, authority))


def _shortage_occupation(entry: EntryReader, authority: str) -> Provision:
    return job.ShortageOccupation(**_listed_occupation(entry, authority))


def _bottleneck_occupation(entry: EntryReader, authority: str) -> Provision:
    return job.BottleneckOccupation(**_listed_occupation(entry, authority))


class _OccupationList(Common, total=False):
    functions: int | None
    complete: bool | None


class _ListedOccupation(Common, total=False):
    held_until: date | None


def _occupation_list(entry: EntryReader, authority: str) -> _OccupationList:
    unknown = entry.has("list_not_found") and entry.flag("list_not_found")
    if unknown and entry.has("complete"):
        raise entry.unusable("complete", "the list is present but marked as not found", "write one of the two")
    common = common_keys(entry, authority, entry.words("categories", CATEGORIES))
    return _OccupationList(
        **common,
        functions=entry.optional_whole_number("functions") if unknown else entry.whole_number("functions"),
        complete=None if unknown else entry.flag("complete"),
    )


def _listed_occupation(entry: EntryReader, authority: str) -> _ListedOccupation:
    occupation = entry.text("occupation")
    if _OCCUPATION.fullmatch(occupation) is None:
        raise entry.unusable(
            "occupation", f"{occupation!r} is no occupation code", "write small letters, digits and hyphens, 20 at most"
        )
    return _ListedOccupation(
        **common_keys(entry, authority, (occupation,)), held_until=entry.optional_day("held_until")
    )


READERS: Final[Readers] = MappingProxyType(
    {
        job.ShortageList.kind: _shortage_list,
        job.ShortageOccupation.kind: _shortage_occupation,
        job.BottleneckList.kind: _bottleneck_list,
        job.BottleneckOccupation.kind: _bottleneck_occupation,
    }
)
