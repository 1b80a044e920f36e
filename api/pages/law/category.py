"""What the page of one category shows: its whole law on a day, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from api.pages.law.details import OtherStatement, details, other_statements
from api.pages.law.words import LawWords, SourceShown
from api.pages.page_parts import Badge
from domain.law.applicable_law import NothingInForce
from domain.law.provisions import job
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.pay import Fee, FeeExemption, PartTime, PayConversion, PayDefinition
from domain.law.provisions.procedure import ReferenceDateRule, RequiredDocument
from domain.law.published.category_law import CategoryLaw, Gap, names_categories
from domain.law.readers.law_files import FEDERAL

_OF_PAY: Final = (PayConversion, PayDefinition, PartTime)
_OF_THE_FILE: Final = (RequiredDocument, Fee, FeeExemption)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionShown:
    """One entry of the law. ``anchor`` is its id, by which findings and decisions name it too.

    ``weight`` marks a condition without consequences. ``known`` is since when it is known. ``note`` is a remark
    of those who keep the data, in English.
    """

    anchor: str
    title: str
    federal: bool
    subjects: str
    says: str
    details: tuple[str, ...]
    others: tuple[OtherStatement, ...]
    weight: str
    legal_reference: str | None
    sources: tuple[SourceShown, ...]
    confidence: Badge
    in_force: str
    known: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationShown:
    """``percentage`` of ``base``, which is ``basis``, is ``exact``; what is published is above."""

    base: ProvisionShown
    basis: str
    percentage: str
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountShown:
    """The amount, or ``reason`` why there is none; ``ended``: it is the one that applied until its publication ended.

    ``basis`` is what the amount is a percentage of or indexed by, where there is no derivation to show.
    """

    amount: ProvisionShown | None
    reason: str
    ended: bool
    derivation: DerivationShown | None
    basis: str
    ends: str
    undated: tuple[ProvisionShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionShown:
    """Provisions that belong together; ``empty`` replaces them where there is none."""

    name: str
    title: str
    empty: str
    rows: tuple[ProvisionShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeShown:
    """What the sources disagree on: the provisions that are applied, and the readings that are not."""

    applied: tuple[ProvisionShown, ...]
    readings: tuple[ProvisionShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryShown:
    """The page, from top to bottom."""

    amount: AmountShown
    pay: SectionShown
    conditions: SectionShown
    deciding_day: SectionShown
    file: SectionShown
    disputes: tuple[DisputeShown, ...]
    gaps: tuple[str, ...]
    unplaced: tuple[tuple[str, tuple[str, ...]], ...]
    """The entries whose article was not found: their anchors, by what they are about."""

    @property
    def sections(self) -> tuple[SectionShown, ...]:
        return (self.pay, self.conditions, self.deciding_day, self.file)


def category_shown(law: CategoryLaw, words: LawWords) -> CategoryShown:
    """The law of a category in the reader's words."""
    _ = words.language.gettext
    others = [each for each in law.rules if not isinstance(each, (*_OF_PAY, *_OF_THE_FILE))]
    return CategoryShown(
        amount=_amount(law, words),
        pay=SectionShown(
            name="pay",
            title=_("How pay is counted"),
            empty=_("The law data hold no rule on this."),
            rows=_rows((each for each in law.rules if isinstance(each, _OF_PAY)), law, words),
        ),
        conditions=SectionShown(
            name="conditions",
            title=_("Conditions"),
            empty=_("The law data hold no condition for this category. That does not mean that there is none."),
            rows=_rows(others, law, words),
        ),
        deciding_day=SectionShown(
            name="deciding-day",
            title=_("Deciding day"),
            empty=_("The law data hold no rule on this: the day of filing is used."),
            rows=_rows((law.deciding_date,) if law.deciding_date is not None else (), law, words),
        ),
        file=SectionShown(
            name="file",
            title=_("Documents and fees"),
            empty=_("The law data hold no rule on this."),
            rows=_rows((each for each in law.rules if isinstance(each, _OF_THE_FILE)), law, words),
        ),
        disputes=tuple(_disputes(law, words)),
        gaps=tuple(_gap(each, words) for each in law.gaps),
        unplaced=tuple(
            (words.kind(kind), tuple(each.id for each in alike))
            for kind, alike in groupby(law.unplaced, lambda each: each.kind)
        ),
    )


def _amount(law: CategoryLaw, words: LawWords) -> AmountShown:
    _, language = words.language.gettext, words.language
    threshold, in_force, ends_on = law.amount.threshold, law.in_force, law.ends_on
    return AmountShown(
        amount=None if in_force is None else _shown(in_force, law.on, words),
        reason=words.label("findingReasons", threshold.reason) if isinstance(threshold, NothingInForce) else "",
        ended=law.amount.last_published is not None,
        derivation=_derivation(law, words),
        basis=words.label("amountBases", in_force.basis) if in_force is not None and law.derivation is None else "",
        ends=_("After %(day)s: not published yet.", day=language.date(ends_on, "long")) if ends_on is not None else "",
        undated=_rows(law.amount.undated, law, words),
    )


def _derivation(law: CategoryLaw, words: LawWords) -> DerivationShown | None:
    found = law.derivation
    if found is None:
        return None
    return DerivationShown(
        base=_shown(found.base, law.on, words),
        basis=words.label("amountBases", found.base.scope[0]),
        percentage=words.language.percent(found.percentage / 100),
        exact=words.language.exact_money(found.exact),
    )


def _rows(found: Iterable[Provision], law: CategoryLaw, words: LawWords) -> tuple[ProvisionShown, ...]:
    return tuple(_shown(each, law.on, words) for each in found)


def _shown(provision: Provision, on: date, words: LawWords) -> ProvisionShown:
    _ = words.language.gettext
    optional = isinstance(provision, job.Requirement) and not provision.required
    return ProvisionShown(
        anchor=provision.id,
        title=words.kind(provision.kind),
        federal=provision.authority == FEDERAL,
        subjects="" if names_categories(provision) else words.subjects(provision.kind, provision.scope),
        says=words.rule(provision),
        details=details(provision, words),
        others=other_statements(provision, words),
        weight=_("For information only: not decisive") if optional else "",
        legal_reference=words.legal_basis(provision.legal_reference),
        sources=words.sources(provision.sources),
        confidence=words.confidence(provision, on),
        in_force=words.period(provision),
        known=_known(provision, words),
        note=words.note(provision),
    )


def _known(provision: Provision, words: LawWords) -> str:
    _ = words.language.gettext
    if provision.known_from is None:
        return ""
    if provision.known_from_basis == "assumed":
        # The first day in force is used for it, which is stated just before.
        return _("day of publication not known")
    return _("known from %(day)s", day=words.language.date(provision.known_from))


def _disputes(law: CategoryLaw, words: LawWords) -> Iterator[DisputeShown]:
    """Each dispute once: provisions that are one reading of an open question are kept together."""
    together: dict[str, list[Provision]] = {}
    for each in law.disputed:
        together.setdefault(each.id if each.question is None else each.question, []).append(each)
    for applied in together.values():
        yield DisputeShown(
            applied=_rows(applied, law, words), readings=_rows(law.other_readings(applied[0]), law, words)
        )


def _gap(gap: Gap, words: LawWords) -> str:
    """What is not known, as a sentence of its own."""
    _ = words.language.gettext
    match gap.kind:
        case job.CategoryRule.kind:
            return _("What this category is tested on was not found.")
        case RequiredDocument.kind:
            return _("The list of documents of this category was not found.")
        case job.ShortageList.kind | job.BottleneckList.kind:
            text_of_gap = _("the law data do not hold the whole list")
            return f"{words.kind(gap.kind)}{words.language.colon} {text_of_gap}."
        case ReferenceDateRule.kind:
            return _("Which day decides what law applies was not found.")
        case _:
            return f"{words.kind(gap.kind)}{words.language.colon} {words.wording.inside('findingReasons', gap.reason)}."
