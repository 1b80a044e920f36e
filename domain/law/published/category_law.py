"""The whole law of one category on a day: its amount and where that comes from, every rule, every dispute, every gap.

Nothing is judged here. It is what a lawyer asks for who wants to see on what a verdict rests before there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from domain.codes import CATEGORIES, CONTRACTS
from domain.law import reasons
from domain.law.applicable_law import NothingInForce
from domain.law.exact_pay import product
from domain.law.legal_reference import NOT_FOUND, LegalReference
from domain.law.provisions import job
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.pay import YEARLY, BaseAmount, PartTime, PayConversion, PayDefinition, SalaryThreshold
from domain.law.provisions.procedure import ALL, ReferenceDateRule, RequiredDocument
from domain.law.published.amounts import NOTICE, publication_end
from domain.law.published.law_changes import RULE_KINDS, CategoryThreshold, threshold_on
from domain.law.readers.law_files import FEDERAL
from domain.law.rulebook import Rulebook

P = TypeVar("P", bound=Provision)

_PER_CENT: Final = Decimal("0.01")

_SUBJECTS: Final = frozenset({*CATEGORIES, ALL})

_LIST_OF: Final[dict[type[Provision], type[job.OccupationList]]] = {
    job.ShortageOccupation: job.ShortageList,
    job.BottleneckOccupation: job.BottleneckList,
}
"""Functions are shown of a category that has their list."""

_KNOWN_TO_BE_NONE: Final = (reasons.DECIDED_BY_CONTRACT, reasons.NOT_STATED)
"""Reasons for having no amount that leave nothing open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How a published amount comes about: ``percentage`` of ``base`` is ``exact``, which its publisher rounds."""

    base: BaseAmount
    percentage: Decimal
    exact: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is not known of the law, of which kind of rule, and why: a code of ``domain.law.reasons``."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryLaw:
    """What the law data hold of a category on a day, as known on ``known_on`` (None: with all that they hold).

    ``ends_on`` is the last day for which the amount is published, once that is near. ``rules`` are in the order in
    which they are shown, federal law behind that of the authority. ``deciding_date`` is the selected reading.
    ``unselected`` are provisions of readings of open questions that are not selected.
    """

    authority: str
    category: str
    on: date
    known_on: date | None
    amount: CategoryThreshold
    derivation: Derivation | None
    ends_on: date | None
    rules: tuple[Provision, ...]
    deciding_date: ReferenceDateRule | None
    unselected: tuple[Provision, ...]
    gaps: tuple[Gap, ...]

    @property
    def provisions(self) -> tuple[Provision, ...]:
        """All that is in force, each once: the amount, its base, the rules, and which day decides."""
        found: list[Provision | None] = [self.in_force, None if self.derivation is None else self.derivation.base]
        return tuple(each for each in (*found, *self.rules, self.deciding_date) if each is not None)

    @property
    def in_force(self) -> SalaryThreshold | None:
        """The amount that applies, or else the one that did until its publication ended."""
        threshold = self.amount.threshold
        return self.amount.last_published if isinstance(threshold, NothingInForce) else threshold

    @property
    def disputed(self) -> tuple[Provision, ...]:
        """The provisions on which sources disagree, or which are one reading of a question that they leave open."""
        return tuple(
            each
            for each in self.provisions
            if each.confidence_on(self.on) == "disputed" or _names_others(each) or self.other_readings(each)
        )

    def other_readings(self, provision: Provision) -> tuple[Provision, ...]:
        """What the readings that are not selected say on the question of which a provision is one reading."""
        return tuple(each for each in self.unselected if each.question == provision.question)

    @property
    def unplaced(self) -> tuple[Provision, ...]:
        """The provisions whose article was not found."""
        return tuple(each for each in self.provisions if _article_is_missing(each))


def law_of_category(
    rulebook: Rulebook, authority: str, category: str, on: date, known_on: date | None = None
) -> CategoryLaw:
    """Look everything up that bears on a category on ``on``."""
    amount = threshold_on(rulebook, authority, category, on, known_on)
    in_force = amount.last_published if isinstance(amount.threshold, NothingInForce) else amount.threshold
    rules = tuple(_rules(rulebook, authority, category, on, known_on))
    deciding = rulebook.find(ReferenceDateRule, authority, category, on, known_on)
    end = None if in_force is None else publication_end(rulebook, authority, category, in_force, known_on)
    return CategoryLaw(
        authority=authority,
        category=category,
        on=on,
        known_on=known_on,
        amount=amount,
        derivation=None if in_force is None else _derivation(rulebook, in_force, known_on),
        ends_on=end if end is not None and NOTICE.before(end) <= on else None,
        rules=rules,
        deciding_date=deciding,
        unselected=tuple(_unselected(rulebook, authority, category, on, known_on)),
        gaps=tuple(_gaps(amount, rules, deciding, category)),
    )


def _rules(rulebook: Rulebook, authority: str, category: str, on: date, known_on: date | None) -> Iterator[Provision]:
    for kind in RULE_KINDS:
        of_list = _LIST_OF.get(kind)
        if of_list is not None and rulebook.find(of_list, authority, category, on, known_on) is None:
            continue
        for held_by in (authority, FEDERAL):
            for each in rulebook.provisions:
                if (
                    type(each) is kind
                    and each.authority == held_by
                    and _applies(rulebook, each, category, on, known_on)
                ):
                    yield each


def _applies(rulebook: Rulebook, provision: Provision, category: str, on: date, known_on: date | None) -> bool:
    """Whether it is this provision that concerns the category: one that names it goes before one for all."""
    kind, authority = type(provision), provision.authority
    for code in provision.scope:
        if (
            not _bears_on(provision, code, category)
            or rulebook.find(kind, authority, code, on, known_on) is not provision
        ):
            continue
        subject, mark, rest = code.partition(":")
        named = f"{category}{mark}{rest}"
        if subject != ALL or rulebook.find(kind, authority, named, on, known_on) is None:
            return True
    return False


def names_categories(provision: Provision) -> bool:
    """Whether the scope is one of categories. Others concern contracts, nationalities or functions: for them all."""
    # A function may be called as a category is.
    is_function = isinstance(provision, job.ListedOccupation)
    return not is_function and _SUBJECTS.issuperset(code.partition(":")[0] for code in provision.scope)


def _bears_on(provision: Provision, code: str, category: str) -> bool:
    return not names_categories(provision) or code.partition(":")[0] in (category, ALL)


def _unselected(
    rulebook: Rulebook, authority: str, category: str, on: date, known_on: date | None
) -> Iterator[Provision]:
    """What is in force by a reading of an open question that is not the selected one."""
    kinds = (SalaryThreshold, *RULE_KINDS, ReferenceDateRule)
    for each in rulebook.provisions:
        if each.question is None or each.authority != authority or type(each) not in kinds:
            continue
        codes = [code for code in each.scope if _bears_on(each, code, category)]
        if not codes or not (each.in_force_on(on) and each.known_by(known_on)):
            continue
        if all(rulebook.find(type(each), authority, code, on, known_on) is not each for code in codes):
            yield each


def _derivation(rulebook: Rulebook, amount: SalaryThreshold, known_on: date | None) -> Derivation | None:
    if amount.percentage is None or amount.valid_from is None:
        return None
    base = rulebook.find(BaseAmount, amount.authority, amount.basis, amount.valid_from, known_on)
    if base is None:
        return None
    exact = product(product(base.amount, amount.percentage), _PER_CENT)
    return Derivation(base=base, percentage=amount.percentage, exact=exact)


def _gaps(
    amount: CategoryThreshold, rules: tuple[Provision, ...], deciding: ReferenceDateRule | None, category: str
) -> Iterator[Gap]:
    threshold, tested = amount.threshold, _first(rules, job.CategoryRule)
    if tested is None:
        # Nothing is tested of a category that there is not.
        if _first(rules, job.ClosedCategory) is None:
            yield Gap(kind=job.CategoryRule.kind, reason=reasons.NOT_FOUND)
    elif isinstance(threshold, NothingInForce) and threshold.reason not in _KNOWN_TO_BE_NONE:
        yield Gap(kind=SalaryThreshold.kind, reason=threshold.reason)
    if tested is not None and tested.labour_market_test is None:
        yield Gap(kind=job.LabourMarketTestTerms.kind, reason=reasons.NOT_FOUND)
    terms = _first(rules, job.LabourMarketTestTerms)
    if tested is not None and tested.labour_market_test == "required" and terms is None:
        yield Gap(kind=job.LabourMarketTestTerms.kind, reason=reasons.NO_TERMS_IN_FORCE)
    if isinstance(threshold, SalaryThreshold):
        convertible = {code for each in rules if isinstance(each, PayConversion) for code in each.scope}
        if threshold.unit == YEARLY and not set(CONTRACTS) <= convertible:
            yield Gap(kind=PayConversion.kind, reason=reasons.NO_CONVERSION_IN_FORCE)
        part_time = _first(rules, PartTime)
        if part_time is None or part_time.pro_rata is None:
            yield Gap(kind=PartTime.kind, reason=reasons.PART_TIME_RULE_UNKNOWN)
    for each in rules:
        if isinstance(each, job.OccupationList) and not each.complete:
            yield Gap(kind=each.kind, reason=reasons.SHORTAGE_LIST_INCOMPLETE)
    if not any(isinstance(each, RequiredDocument) and category in each.categories for each in rules):
        yield Gap(kind=RequiredDocument.kind, reason=reasons.NOT_FOUND)
    if deciding is None:
        yield Gap(kind=ReferenceDateRule.kind, reason=reasons.NOT_FOUND)


def _first(rules: tuple[Provision, ...], kind: type[P]) -> P | None:
    return next((each for each in rules if isinstance(each, kind)), None)


def _names_others(provision: Provision) -> bool:
    """Whether the entry gives values of other sources beside its own."""
    match provision:
        case SalaryThreshold():
            return bool(provision.other_values or provision.disputed_amounts)
        case job.LabourMarketTestTerms():
            return bool(provision.other_publications or provision.disputed_publications)
        case PayDefinition():
            return bool(provision.disputed)
        case _:
            return False


def _article_is_missing(provision: Provision) -> bool:
    if provision.legal_reference == NOT_FOUND:
        return True
    place = LegalReference.parse(provision.legal_reference)
    return place is not None and place.article is None
