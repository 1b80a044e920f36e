"""Entries about procedure: the deciding day, papers, records, duties, and who is competent."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from domain.codes import CATEGORIES, DOCUMENT_KINDS
from domain.law.provisions import procedure
from domain.law.provisions.effective_dated import Provision
from domain.law.readers.common_keys import APPLICATIONS, Readers, categories, code_of, common_keys, paired
from domain.law.readers.entry_reader import EntryReader

_MUNICIPALITIES: Final = re.compile(r"[0-9]{1,5}", re.ASCII)


def _reference_date(entry: EntryReader, authority: str) -> Provision:
    return procedure.ReferenceDateRule(
        **common_keys(entry, authority, entry.words("categories", CATEGORIES)),
        basis=procedure.ReferenceDateBasis(entry.word("basis", tuple(procedure.ReferenceDateBasis))),
    )


def _selected_reading(entry: EntryReader, authority: str) -> Provision:
    common = common_keys(entry, authority, (code_of(entry, "question"),))
    # The choice itself is no reading of the question: it is what the question is asked for.
    common["question"] = None
    return procedure.SelectedReading(**common)


def _required_document(entry: EntryReader, authority: str) -> Provision:
    named, document = categories(entry), entry.word("document", DOCUMENT_KINDS)
    condition = entry.word("condition", procedure.CONDITIONS)
    return procedure.RequiredDocument(
        **common_keys(entry, authority, paired(named, (document,))),
        categories=named,
        document=document,
        part=entry.word("part", procedure.PARTS),
        condition=condition,
    )


def _retention(entry: EntryReader, authority: str) -> Provision:
    return procedure.Retention(
        **common_keys(entry, authority, entry.words("records", procedure.RECORDS)),
        keep=entry.duration("keep"),
        online=entry.duration("online"),
    )


def _duty(entry: EntryReader, authority: str) -> Provision:
    return procedure.Duty(
        **common_keys(entry, authority, (entry.word("duty", procedure.DUTIES),)),
        transposed=entry.word("application", APPLICATIONS) == "applied",
    )


def _territory(entry: EntryReader, authority: str) -> Provision:
    codes = entry.matching("municipalities", _MUNICIPALITIES, "NIS codes of five digits, or their beginnings")
    return procedure.Territory(**common_keys(entry, authority, codes))


def _competence_order(entry: EntryReader, authority: str) -> Provision:
    says_who_files = entry.has("by_worker")
    known = procedure.COMPETENCE_LINKS if says_who_files else procedure.EARLIER_COMPETENCE_LINKS
    return procedure.CompetenceOrder(
        **common_keys(entry, authority, categories(entry)),
        by=_links(entry, "by", known),
        by_worker=_links(entry, "by_worker", known) if says_who_files else (),
    )


def _links(entry: EntryReader, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    links = entry.texts(key)
    if not set(links) <= set(known):
        raise entry.unusable(key, "a link is unknown", f"use words of {', '.join(known)}, the strongest first")
    return links


READERS: Final[Readers] = MappingProxyType(
    {
        procedure.ReferenceDateRule.kind: _reference_date,
        procedure.SelectedReading.kind: _selected_reading,
        procedure.RequiredDocument.kind: _required_document,
        procedure.Retention.kind: _retention,
        procedure.Duty.kind: _duty,
        procedure.Territory.kind: _territory,
        procedure.CompetenceOrder.kind: _competence_order,
    }
)
