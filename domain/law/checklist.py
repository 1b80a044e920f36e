"""Which papers an application needs on the day it is filed, which of them are there, and what it costs.

Only what a law file requires is requested. Where it names no paper for a category, the particular list of that
category was not found (FACTS 4.6: clergy, athletes, artists, au pairs), and what everybody needs is never all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.codes import DOCUMENT_KINDS
from domain.law import reasons
from domain.law.facts import ApplicationFacts
from domain.law.fees_owed import FeeOwed, contribution_owed, fees_owed
from domain.law.findings import Verdict
from domain.law.provisions.procedure import ALL, PARTS, RequiredDocument
from domain.law.rulebook import Rulebook
from domain.law.rules.worker import age_on

FEDERAL: Final = "federal"
"""Where the papers of the residence part are the same for every authority."""

DOCUMENTS: Final = "documents"

_AGE_OF_MAJORITY: Final = 18
"""What a law file means by ``adult`` (old Civil Code, art. 388): the meaning of a word, as are those of contracts."""

_REPRESENTATIVE: Final = "representative"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistEntry:
    """One paper, for the ``work`` or the ``residence`` part, by the provision that requires it.

    ``condition`` holds, or is not known to hold or not: ``missing`` then names the fact it requires.
    """

    document: str
    part: str
    verdict: Verdict
    condition: str
    provision: str
    legal_reference: str
    sources: tuple[str, ...]
    confidence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The papers of the law in force on ``legal_reference_date``, the day of filing, and the fees of that day.

    The verdict is on the papers. ``reason`` (a code of ``domain.law.reasons``) and ``missing`` say why it is
    undetermined.
    """

    rule_set: str
    verdict: Verdict
    legal_reference_date: date
    known_on: date | None
    entries: tuple[ChecklistEntry, ...]
    fees: tuple[FeeOwed, ...] = ()
    reason: str | None = None
    missing: tuple[str, ...] = ()


def checklist(
    rulebook: Rulebook, facts: ApplicationFacts, documents: tuple[str, ...] | None, known_on: date | None = None
) -> Checklist:
    """Hold the papers that are there (None: they are not mentioned) against those that the law requires.

    A paper whose condition does not hold is left out. Unless the authority's own law names the category the list
    is not known to be whole, and is never met.
    """
    of_authority = _required(rulebook, facts.authority, facts, known_on)
    found = (*of_authority, *_required(rulebook, FEDERAL, facts, known_on))
    contribution = contribution_owed(rulebook, facts, known_on)
    entries = tuple(_judged(sorted(found, key=lambda each: PARTS.index(each.part)), facts, contribution, documents))
    is_whole = any(facts.category in each.categories for each in of_authority)
    verdict = _together(entries, is_whole=is_whole)
    undetermined = verdict is Verdict.UNDETERMINED
    missing = tuple(dict.fromkeys(path for each in entries for path in each.missing)) if undetermined else ()
    reason = reasons.FACT_MISSING if is_whole and missing else reasons.NOT_FOUND
    return Checklist(
        rule_set=rulebook.sha256,
        verdict=verdict,
        legal_reference_date=facts.filed_on,
        known_on=known_on,
        entries=entries,
        fees=fees_owed(rulebook, facts, known_on),
        reason=reason if undetermined else None,
        missing=missing,
    )


def no_checklist(rulebook: Rulebook, filed_on: date, known_on: date | None, *, missing: tuple[str, ...]) -> Checklist:
    """The checklist of a category that is not known, or of an authority that is not."""
    return Checklist(
        rule_set=rulebook.sha256,
        verdict=Verdict.UNDETERMINED,
        legal_reference_date=filed_on,
        known_on=known_on,
        entries=(),
        reason=reasons.FACT_MISSING,
        missing=missing,
    )


def _required(
    rulebook: Rulebook, authority: str, facts: ApplicationFacts, known_on: date | None
) -> list[RequiredDocument]:
    """What the law of an authority requires; a provision for the category goes before one for all."""
    found = []
    for document in DOCUMENT_KINDS:
        for category in (facts.category, ALL):
            provision = rulebook.find(RequiredDocument, authority, f"{category}:{document}", facts.filed_on, known_on)
            if provision is not None:
                found.append(provision)
                break
    return found


def _judged(
    required: Iterable[RequiredDocument],
    facts: ApplicationFacts,
    contribution: FeeOwed,
    documents: tuple[str, ...] | None,
) -> Iterator[ChecklistEntry]:
    for provision in required:
        holds, facts_needed = _condition(provision.condition, facts, contribution)
        if holds is False:
            continue
        is_there = documents is not None and provision.document in documents
        unknown = [] if holds else list(facts_needed)
        if documents is None:
            unknown.append(DOCUMENTS)
        verdict = Verdict.MET if is_there else Verdict.UNDETERMINED if unknown else Verdict.NOT_MET
        yield ChecklistEntry(
            document=provision.document,
            part=provision.part,
            verdict=verdict,
            condition=provision.condition,
            provision=provision.id,
            legal_reference=provision.legal_reference,
            sources=provision.sources,
            confidence=provision.confidence_on(facts.filed_on),
            missing=() if is_there else tuple(unknown),
        )


def _condition(condition: str, facts: ApplicationFacts, contribution: FeeOwed) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the condition holds, None where that is not known, and the paths of the facts it requires."""
    match condition:
        case "belgianContract":
            return _is(facts.contract, "belgian"), ("employment.contract",)
        case "posted":
            return _is(facts.contract, "posted"), ("employment.contract",)
        case "byRepresentative":
            return _is(facts.filed_by, _REPRESENTATIVE), ("filedBy",)
        case "adult":
            born = facts.birth_date
            is_adult = None if born is None else age_on(born, facts.filed_on) >= _AGE_OF_MAJORITY
            return is_adult, ("worker.birthDate",)
        case "contributionOwed":
            is_owed = None if contribution.missing else contribution.exemption is None
            return is_owed, contribution.missing
        case _:  # always: a law file has no other condition
            return True, ()


def _is(stated: str | None, wanted: str) -> bool | None:
    return None if stated is None else stated == wanted


def _together(entries: tuple[ChecklistEntry, ...], *, is_whole: bool) -> Verdict:
    verdicts = {each.verdict for each in entries}
    if Verdict.NOT_MET in verdicts:
        return Verdict.NOT_MET
    return Verdict.MET if is_whole and verdicts == {Verdict.MET} else Verdict.UNDETERMINED
