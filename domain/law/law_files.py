"""From a directory ``<authority>/*.toml`` to provisions, or a refusal that names file, entry and remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypedDict

from domain.case.codes import AUTHORITIES, CATEGORIES, CONTRACTS, RECRUITMENT_CHANNELS
from domain.law import provisions as law
from domain.law.effective_dated import ConfidenceFrom, Provision
from domain.law.entry_reader import EntryReader, LawDataUnusable, read_entries

CONFIDENCES: Final = ("confirmed", "single-source", "disputed", "project-brief", "derived")
KNOWN_FROM_BASES: Final = ("published", "assumed")


def read_law(directory: Path) -> tuple[Provision, ...]:
    """All provisions under ``directory``. Raises LawDataUnusable for the first thing that is wrong."""
    found: list[tuple[str, Provision]] = []
    for path in sorted(directory.glob("*/*.toml")):
        file = f"{path.parent.name}/{path.name}"
        authority = path.parent.name
        if authority not in AUTHORITIES:
            raise LawDataUnusable(
                file=file,
                entry=None,
                key=None,
                problem=f"the directory {authority!r} is no authority",
                remedy=f"use one of {', '.join(AUTHORITIES)}",
            )
        for kind, entry in read_entries(path, file, READERS):
            found.append((file, READERS[kind](entry, authority)))
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
    return tuple(provision for _, provision in found)


def _salary_threshold(entry: EntryReader, authority: str) -> Provision:
    return law.SalaryThreshold(
        **_common(entry, authority, entry.words("categories", CATEGORIES), may_be_undated=True),
        amount=entry.amount("amount"),
        unit=entry.word("unit", law.UNITS),
        basis=entry.word("basis", law.BASES),
        percentage=entry.optional_number("percentage"),
    )


def _pay_conversion(entry: EntryReader, authority: str) -> Provision:
    return law.PayConversion(
        **_common(entry, authority, (entry.word("contract", CONTRACTS),)),
        months_per_year=entry.number("months_per_year"),
    )


def _reference_date(entry: EntryReader, authority: str) -> Provision:
    return law.ReferenceDateRule(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        basis=law.ReferenceDateBasis(entry.word("basis", tuple(law.ReferenceDateBasis))),
    )


def _category_rule(entry: EntryReader, authority: str) -> Provision:
    rule = law.CategoryRule(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        pay_test=entry.optional_word("pay_test", law.PAY_TESTS),
        labour_market_test=entry.optional_word("labour_market_test", law.LABOUR_MARKET_TESTS),
        combination=entry.word("combination", law.COMBINATIONS),
    )
    if rule.combination == "either" and rule.labour_market_test != "required":
        raise entry.unusable(
            "combination", "there is no second test to choose", 'write labour_market_test = "required"'
        )
    return rule


def _labour_market_test(entry: EntryReader, authority: str) -> Provision:
    publication = entry.duration("publication")
    if publication.months:
        raise entry.unusable("publication", "months have no fixed number of days", "write days or weeks: P9W")
    return law.LabourMarketTestTerms(
        **_common(entry, authority, entry.words("categories", CATEGORIES)),
        channels=entry.words("channels", RECRUITMENT_CHANNELS),
        publication_days=publication.days,
        within=entry.duration("within"),
        interruptions=entry.word("interruptions", law.INTERRUPTIONS),
        interruptions_confidence=entry.word("interruptions_confidence", CONFIDENCES),
    )


READERS: Final[Mapping[str, Callable[[EntryReader, str], Provision]]] = MappingProxyType(
    {
        law.SalaryThreshold.kind: _salary_threshold,
        law.PayConversion.kind: _pay_conversion,
        law.ReferenceDateRule.kind: _reference_date,
        law.CategoryRule.kind: _category_rule,
        law.LabourMarketTestTerms.kind: _labour_market_test,
    }
)


class _Common(TypedDict):
    id: str
    authority: str
    scope: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    known_from: date | None
    known_from_basis: str | None
    supersedes: tuple[str, ...]
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str
    later_confidence: tuple[ConfidenceFrom, ...]
    note: str | None


def _common(entry: EntryReader, authority: str, scope: tuple[str, ...], *, may_be_undated: bool = False) -> _Common:
    undated = may_be_undated and not entry.has("from")
    valid_from = None if undated else entry.day("from")
    # A file says the last day in force, as publications do; from here on intervals are half-open.
    last_day = None if undated else entry.optional_day("last_day")
    if valid_from is not None and last_day is not None and last_day < valid_from:
        raise entry.unusable("last_day", f"{last_day} is before {valid_from}", "write a day on or after from")
    known_from = None if undated else entry.day("known_from")
    known_from_basis = None if undated else entry.word("known_from_basis", KNOWN_FROM_BASES)
    if known_from_basis == "assumed" and known_from != valid_from:
        raise entry.unusable(
            "known_from", f"{known_from} is assumed but is not from", "repeat from, or state it as published"
        )
    return _Common(
        id=entry.text("id"),
        authority=authority,
        scope=scope,
        valid_from=valid_from,
        valid_to=None if last_day is None else last_day + timedelta(days=1),
        known_from=known_from,
        known_from_basis=known_from_basis,
        supersedes=entry.optional_texts("supersedes"),
        legal_reference=entry.text("legal_reference"),
        sources=entry.texts("sources"),
        confidence=entry.word("confidence", CONFIDENCES),
        later_confidence=tuple(_later_confidence(each) for each in entry.entries("later_confidence")),
        note=entry.optional_text("note"),
    )


def _later_confidence(entry: EntryReader) -> ConfidenceFrom:
    change = ConfidenceFrom(
        valid_from=entry.day("from"),
        confidence=entry.word("confidence", CONFIDENCES),
        because=entry.text("because"),
    )
    entry.finish()
    return change


def _refuse_repeated_ids(found: list[tuple[str, Provision]]) -> None:
    first: dict[str, str] = {}
    for file, provision in found:
        if provision.id in first:
            raise LawDataUnusable(
                file=file,
                entry=provision.id,
                key="id",
                problem=f"the same id stands in {first[provision.id]}",
                remedy="give every entry an id of its own",
            )
        first[provision.id] = file


def _refuse_supersession_of_nothing(found: list[tuple[str, Provision]]) -> None:
    by_id = {provision.id: provision for _, provision in found}
    for file, provision in found:
        for each in provision.supersedes:
            earlier = by_id.get(each)
            if earlier is None or type(earlier) is not type(provision):
                problem, remedy = f"{each!r} is no entry of the same kind", "name an id that exists"
            elif (
                provision.known_from is None or earlier.known_from is None or provision.known_from <= earlier.known_from
            ):
                problem, remedy = f"{each!r} is not known earlier", "supersede only what was known before"
            else:
                continue
            raise LawDataUnusable(file=file, entry=provision.id, key="supersedes", problem=problem, remedy=remedy)


def _refuse_contradictions(found: list[tuple[str, Provision]]) -> None:
    for number, (file, provision) in enumerate(found):
        for _, earlier in found[:number]:
            if type(earlier) is type(provision) and provision.contradicts(earlier):
                raise LawDataUnusable(
                    file=file,
                    entry=provision.id,
                    key="from",
                    problem=f"it overlaps {earlier.id}",
                    remedy=f'end one the day before the other, or write supersedes = ["{earlier.id}"]',
                )
