"""What ``/law`` shows of the law: the thresholds of a day, and what changed on one, in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from api.pages.law.details import OtherStatement, other_statements
from api.pages.law.questions import LawQuery, category_address
from api.pages.law.words import LawWords, SourceShown
from api.pages.page_parts import Badge
from api.pages.rendering import Link
from domain.law.applicable_law import NothingInForce
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.pay import Fee, SalaryThreshold
from domain.law.published.amounts import Unpublished
from domain.law.published.law_changes import CategoryThreshold, DayOfChange, RuleChange, ThresholdChange
from domain.law.readers.law_files import FEDERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRow:
    """A category with the amount in force; ``others`` are those of sources that say otherwise.

    ``href`` leads to all the law of the category.
    """

    category: str
    href: str
    amount: str
    others: tuple[OtherStatement, ...]
    period: str
    legal_reference: str | None
    sources: tuple[SourceShown, ...]
    confidence: Badge
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedAmount:
    """An amount that a source gives without a day: shown, and never applied."""

    category: str
    amount: str
    sources: tuple[SourceShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutAmount:
    """The categories that share a reason for having no amount."""

    reason: str
    categories: tuple[Link, ...]
    undated: tuple[UndatedAmount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdChangeRow:
    """``difference`` and ``share`` stay away where there are not two amounts of one unit."""

    category: str
    before: str
    after: str
    difference: str | None
    share: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChangeRow:
    """``before`` or ``after`` stays away from a rule that begins or ends."""

    subjects: str
    before: str | None
    after: str | None
    confidence: Badge
    legal_reference: str | None
    sources: tuple[SourceShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChanges:
    """The changes of one kind of rule; ``federal`` is federal law, in addition to that of the authority."""

    kind: str
    title: str
    federal: bool
    rows: tuple[RuleChangeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesShown:
    day: date
    thresholds: tuple[ThresholdChangeRow, ...]
    rules: tuple[RuleChanges, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpublishedShown:
    """Categories for which no amount is published from a day on."""

    first_day: date
    categories: str
    last: str


def amount_rows(found: tuple[CategoryThreshold, ...], query: LawQuery, words: LawWords) -> tuple[AmountRow, ...]:
    """The categories that have an amount, in the order of their list."""
    return tuple(
        AmountRow(
            category=words.label("categories", each.category),
            href=category_address(query, each.category),
            amount=words.amount(each.threshold),
            others=other_statements(each.threshold, words),
            period=words.period(each.threshold),
            legal_reference=words.legal_basis(each.threshold.legal_reference),
            sources=words.sources(each.threshold.sources),
            confidence=words.confidence(each.threshold, query.on),
            note=words.note(each.threshold),
        )
        for each in found
        if isinstance(each.threshold, SalaryThreshold)
    )


def without_amount(found: tuple[CategoryThreshold, ...], query: LawQuery, words: LawWords) -> tuple[WithoutAmount, ...]:
    """The categories that have none, with those of one reason together."""
    by_reason: dict[str, list[CategoryThreshold]] = {}
    for each in found:
        if isinstance(each.threshold, NothingInForce):
            by_reason.setdefault(each.threshold.reason, []).append(each)
    return tuple(
        WithoutAmount(
            reason=words.label("findingReasons", reason),
            categories=tuple(
                Link(href=category_address(query, each.category), text=words.label("categories", each.category))
                for each in together
            ),
            undated=tuple(
                UndatedAmount(
                    category=words.label("categories", each.category),
                    amount=words.amount(amount),
                    sources=words.sources(amount.sources),
                )
                for each in together
                for amount in each.undated
            ),
        )
        for reason, together in by_reason.items()
    )


def unpublished_shown(found: tuple[Unpublished, ...], words: LawWords) -> tuple[UnpublishedShown, ...]:
    """The amounts whose publication has ended or ends soon, by the day from which there is none."""
    return tuple(
        UnpublishedShown(
            first_day=each.first_day,
            categories=words.subjects(each.last.kind, each.categories),
            last=words.amount(each.last),
        )
        for each in found
    )


def changes_shown(changed: DayOfChange, words: LawWords) -> ChangesShown:
    return ChangesShown(
        day=changed.day,
        thresholds=tuple(_threshold_row(each, words) for each in changed.thresholds),
        rules=tuple(
            RuleChanges(
                kind=kind,
                title=words.kind(kind),
                federal=authority == FEDERAL,
                rows=tuple(_rule_row(each, changed.day, words) for each in _together(list(alike))),
            )
            for (kind, authority), alike in groupby(changed.rules, lambda each: (each.kind, each.authority))
        ),
    )


def _threshold_row(change: ThresholdChange, words: LawWords) -> ThresholdChangeRow:
    language = words.language

    def amount(threshold: SalaryThreshold | NothingInForce) -> str:
        if isinstance(threshold, NothingInForce):
            return words.label("findingReasons", threshold.reason)
        return words.amount(threshold)

    difference, share = change.difference, change.share
    sign = "+" if difference is not None and difference > 0 else ""
    return ThresholdChangeRow(
        category=words.label("categories", change.category),
        before=amount(change.before),
        after=amount(change.after),
        difference=None if difference is None else f"{sign}{language.money(difference)}",
        share=None if share is None else f"{sign}{language.percent(share)}",
    )


def _together(changes: list[RuleChange]) -> list[RuleChange]:
    """Rules without content of their own, such as occupations that join a list, share one row on each side."""
    rows = []
    for (begins, ends, shared), alike in groupby(changes, _origin):
        same = list(alike)
        if shared and (begins != ends) and len(same) > 1:
            codes = tuple(code for each in same for code in each.codes)
            rows.append(
                RuleChange(authority=same[0].authority, codes=codes, before=same[0].before, after=same[0].after)
            )
        else:
            rows += same
    return rows


def _origin(change: RuleChange) -> tuple[bool, bool, tuple[object, ...]]:
    """Whether it begins, whether it ends, and for occupations the basis on which they were added or removed."""
    provision = change.after or change.before
    shared: tuple[object, ...] = ()
    if provision is not None and change.kind == "shortage_occupation":
        shared = (
            provision.legal_reference,
            provision.sources,
            provision.confidence,
            provision.valid_from,
            provision.valid_to,
        )
    return change.before is None, change.after is None, shared


def _after(change: RuleChange, words: LawWords) -> str | None:
    """What holds from the day on. A fee of which the next amount is not held has not ended: it is still owed."""
    if change.after is None and change.kind == Fee.kind:
        return words.language.gettext("the amount from this day on is not known")
    return None if change.after is None else words.rule(change.after)


def _rule_row(change: RuleChange, day: date, words: LawWords) -> RuleChangeRow:
    provision: Provision | None = change.after or change.before
    if provision is None:
        raise ValueError("a change without a rule before and without one after is none")
    return RuleChangeRow(
        subjects=words.subjects(change.kind, change.codes),
        before=None if change.before is None else words.rule(change.before),
        after=_after(change, words),
        confidence=words.confidence(provision, day),
        legal_reference=words.legal_basis(provision.legal_reference),
        sources=words.sources(provision.sources),
    )
