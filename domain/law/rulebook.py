"""The law as loaded: queried by authority, category, the day in force and the day of knowledge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self, TypeVar, cast

from domain.codes import AUTHORITIES, CONTRACTS
from domain.copies import replace
from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, LawOfFiling, NothingInForce
from domain.law.exact_pay import euro_text
from domain.law.findings import Step
from domain.law.pay_bounds import amount_bounds
from domain.law.procedural_terms import ProceduralTerms
from domain.law.provisions import job
from domain.law.provisions.effective_dated import EffectiveDated, Eras, Provision
from domain.law.provisions.employer import EMPLOYER_CONDITIONS, EmployerAge, EmployerCondition
from domain.law.provisions.pay import PartTime, PayConversion, SalaryThreshold
from domain.law.provisions.procedure import ALL, CompetenceOrder, ReferenceDateRule, SelectedReading, Territory
from domain.law.readers.law_files import FEDERAL, read_law
from domain.law.remembered import Remembered
from domain.unusable import Unusable

PACKAGED_VALUES: Final = Path(__file__).parent / "values"

_MOST_REMEMBERED: Final = 50_000
_MOST_LAWS: Final = 5_000

_NIS_DIGITS: Final = 5

_REASON_BY_PAY_TEST: Final[dict[str | None, str]] = {
    None: reasons.NOT_FOUND,
    "threshold": reasons.NO_AMOUNT_IN_FORCE,
    "jointCommitteeScale": reasons.JOINT_COMMITTEE_SCALE_UNKNOWN,
    "sectorScale": reasons.SECTOR_SCALE_UNKNOWN,
    "underlyingCategory": reasons.UNDERLYING_CATEGORY_UNKNOWN,
    "contract": reasons.DECIDED_BY_CONTRACT,
    "notStated": reasons.NOT_STATED,
}

P = TypeVar("P", bound=Provision)

_Moment = tuple[str, str, date | None, date | None]
"""Authority, category, and the first days of two eras: of the day in force and of the day of knowledge."""

_Question = tuple[type[Provision], str, str, date | None, date | None]


class ReadingUnknown(Unusable, ValueError):
    """The requested reading is in no law file. The text says which there are."""


class Rulebook:
    """A set of law. ``sha256`` names its content, whatever the order or layout of its files.

    Every question takes ``known_on``: the law as known on that day, or with all that is known when None.
    ``terms`` are the terms of procedure: they bear on days, so they are no part of ``sha256``.
    """

    def __init__(self, provisions: Sequence[Provision], terms: ProceduralTerms) -> None:
        self.provisions: Final = tuple(provisions)
        self.sha256: Final = _sha256(provisions)
        self.terms: Final = terms
        by_kind: dict[type[Provision], list[Provision]] = {}
        for provision in provisions:
            by_kind.setdefault(type(provision), []).append(provision)
        self._by_kind = {kind: EffectiveDated(found) for kind, found in by_kind.items()}
        self._eras = Eras(provisions)
        self._found: Final = Remembered[_Question, Provision | None](self._in_force, _MOST_REMEMBERED)
        self._laws: Final = Remembered[_Moment, ApplicableLaw](self._look_up, _MOST_LAWS)
        self._of_filing: Final = Remembered[_Moment, LawOfFiling](self._look_up_filing, _MOST_REMEMBERED)

    @classmethod
    def load(cls, directory: Path | None = None, readings: Mapping[str, str] = MappingProxyType({})) -> Self:
        """Read ``<authority>/*.toml`` under ``directory``, or the packaged law.

        ``readings`` answers open questions otherwise than the files select: ``{"decidingDate": "decidedOn"}``.
        The packaged law is read once a process. Raises LawDataUnusable, which names file, line, entry, key and remedy,
        and ReadingUnknown.
        """
        if directory is None and not readings:
            return cls._packaged()
        provisions = read_law(PACKAGED_VALUES if directory is None else directory)
        return cls(_with_readings(provisions, readings), ProceduralTerms.load())

    @classmethod
    @cache
    def _packaged(cls) -> Self:
        return cls(read_law(PACKAGED_VALUES), ProceduralTerms.load())

    def find(self, kind: type[P], authority: str, code: str, on: date, known_on: date | None = None) -> P | None:
        """The provision of a kind that concerns ``code`` and is in force on ``on``, by the selected readings."""
        return cast("P | None", self._found[kind, authority, code, self._eras[on], self._eras[known_on]])

    def other_readings(
        self, kind: type[P], authority: str, code: str, on: date, known_on: date | None = None
    ) -> tuple[P, ...]:
        """Where sources leave open what :meth:`find` answers: what the readings say that are not selected."""
        selected = self.find(kind, authority, code, on, known_on)
        if selected is None or selected.question is None:
            return ()
        of_question = [each for each in self.every(kind, authority, code) if each.question == selected.question]
        readings = dict.fromkeys(each.reading for each in of_question if each.reading != selected.reading)
        of_each = (
            EffectiveDated([each for each in of_question if each.reading == reading]).on(
                authority, code, on, known_on, lambda _: True
            )
            for reading in readings
        )
        return tuple(each for each in of_each if each is not None)

    def every(self, kind: type[P], authority: str, code: str) -> tuple[P, ...]:
        """All provisions of a kind that concern ``code``, whatever their dates and readings."""
        held = self._by_kind.get(kind)
        if held is None:
            return ()
        return tuple(each for each in held.all_on(authority, code) if isinstance(each, kind))

    def every_in_force(self, kind: type[P], authority: str, on: date, known_on: date | None = None) -> tuple[P, ...]:
        """What is in force of a kind that an authority has more than one of, whatever it concerns; none twice."""
        held = self._by_kind.get(kind)
        codes = () if held is None else held.codes(authority, "")
        found = (self.find(kind, authority, code, on, known_on) for code in codes)
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def law_on(self, authority: str, category: str, day: date, known_on: date | None = None) -> ApplicableLaw:
        """All that the law says of a category on a day; the same object for every day of an era."""
        return self._laws[authority, category, self._eras[day], self._eras[known_on]]

    def law_of_filing(self, authority: str, category: str, filed_on: date, known_on: date | None = None) -> LawOfFiling:
        """What the day of filing decides, whatever day decides the rest."""
        return self._of_filing[authority, category, self._eras[filed_on], self._eras[known_on]]

    def salary_threshold(
        self, authority: str, category: str, on: date, known_on: date | None = None
    ) -> SalaryThreshold | NothingInForce:
        """The salary threshold in force, or why there is none."""
        threshold = self.find(SalaryThreshold, authority, category, on, known_on)
        if threshold is not None:
            return threshold
        if any(each.valid_from is None for each in self.every(SalaryThreshold, authority, category)):
            return NothingInForce(reason=reasons.AMOUNT_UNDATED)
        rule = self.category_rule(authority, category, on, known_on)
        if rule is None:
            return NothingInForce(reason=reasons.NO_AMOUNT_IN_FORCE)
        return NothingInForce(reason=_REASON_BY_PAY_TEST[rule.pay_test])

    def category_rule(
        self, authority: str, category: str, on: date, known_on: date | None = None
    ) -> job.CategoryRule | None:
        return self.find(job.CategoryRule, authority, category, on, known_on)

    def authority_of(self, municipality: str, on: date, known_on: date | None = None) -> tuple[str, Territory] | None:
        """The authority in whose territory a municipality (NIS code) lies; of two beginnings the longer one counts."""
        for length in range(_NIS_DIGITS, 0, -1):
            for authority in AUTHORITIES:
                territory = self.find(Territory, authority, municipality[:length], on, known_on)
                if territory is not None:
                    return authority, territory
        return None

    def _look_up(self, authority: str, category: str, day: date, known_on: date | None) -> ApplicableLaw:
        def found(kind: type[P]) -> P | None:
            return self.find(kind, authority, category, day, known_on)

        threshold = self.salary_threshold(authority, category, day, known_on)
        a_month = None if isinstance(threshold, NothingInForce) else threshold.by_the_month()
        conversions = {each: self.find(PayConversion, authority, each, day, known_on) for each in CONTRACTS}
        history = (
            self.find(job.WorkHistoryTerms, authority, code, day, known_on)
            for code in self._codes_of_history(authority, category)
        )
        part_time = found(PartTime) or self.find(PartTime, authority, ALL, day, known_on)
        return ApplicableLaw(
            authority=authority,
            category=category,
            category_rule=found(job.CategoryRule),
            closed_category=found(job.ClosedCategory),
            threshold=threshold,
            threshold_text="" if isinstance(threshold, NothingInForce) else euro_text(threshold.amount),
            threshold_a_month=a_month,
            bounds={
                each.unit: amount_bounds(each) for each in (threshold, a_month) if isinstance(each, SalaryThreshold)
            },
            threshold_step=None if isinstance(threshold, NothingInForce) else _threshold_step(threshold, day),
            conversions={name: each for name, each in conversions.items() if each is not None},
            part_time=part_time,
            labour_market_test=found(job.LabourMarketTestTerms),
            qualification_level=found(job.QualificationLevel),
            employment_share=found(job.EmploymentShare),
            contract_form=found(job.ContractForm),
            age_limit=found(job.AgeLimit),
            permit_duration=found(job.PermitDuration),
            contract_duration=found(job.ContractDuration),
            prior_service=found(job.PriorService),
            work_history={each: terms for terms in history if terms is not None for each in terms.nationalities},
            minimum_age=self.find(job.MinimumAge, FEDERAL, category, day, known_on)
            or self.find(job.MinimumAge, FEDERAL, ALL, day, known_on),
            free_movement=self._free_movement(day, known_on),
            employer_age=found(EmployerAge) or self.find(EmployerAge, authority, ALL, day, known_on),
            employer_conditions=tuple(self._employer_conditions(authority, category, day, known_on)),
            contract_content=found(job.ContractContent)
            or self.find(job.ContractContent, authority, ALL, day, known_on),
        )

    def _look_up_filing(self, authority: str, category: str, filed_on: date, known_on: date | None) -> LawOfFiling:
        return LawOfFiling(
            reference_date=self.find(ReferenceDateRule, authority, category, filed_on, known_on),
            shortage_list=self.find(job.ShortageList, authority, category, filed_on, known_on),
            bottleneck_list=self.find(job.BottleneckList, authority, category, filed_on, known_on),
            competence_order=self.find(CompetenceOrder, authority, category, filed_on, known_on)
            or self.find(CompetenceOrder, authority, ALL, filed_on, known_on),
        )

    def _in_force(
        self, kind: type[Provision], authority: str, code: str, on: date, known_on: date | None
    ) -> Provision | None:
        held = self._by_kind.get(kind)
        if held is None:
            return None
        return held.on(authority, code, on, known_on, lambda each: self._is_selected(each, on, known_on))

    def _free_movement(self, day: date, known_on: date | None) -> Mapping[str, job.FreeMovement]:
        held = self._by_kind.get(job.FreeMovement)
        codes = () if held is None else held.codes(FEDERAL, "")
        found = ((code, self.find(job.FreeMovement, FEDERAL, code, day, known_on)) for code in codes)
        return {code: provision for code, provision in found if provision is not None}

    def _employer_conditions(
        self, authority: str, category: str, day: date, known_on: date | None
    ) -> Iterable[EmployerCondition]:
        for condition in EMPLOYER_CONDITIONS:
            for scope in (category, ALL):
                found = self.find(EmployerCondition, authority, f"{scope}:{condition}", day, known_on)
                if found is not None:
                    yield found
                    break

    def _codes_of_history(self, authority: str, category: str) -> Iterable[str]:
        held = self._by_kind.get(job.WorkHistoryTerms)
        return () if held is None else held.codes(authority, f"{category}:")

    def _is_selected(self, provision: Provision, on: date, known_on: date | None) -> bool:
        if provision.question is None:
            return True
        chosen = self.find(SelectedReading, provision.authority, provision.question, on, known_on)
        return chosen is not None and chosen.reading == provision.reading


def _threshold_step(threshold: SalaryThreshold, day: date) -> Step:
    return Step(
        code="threshold",
        values={
            "amount": euro_text(threshold.amount),
            "unit": threshold.unit,
            "from": "" if threshold.valid_from is None else threshold.valid_from.isoformat(),
            "provision": threshold.id,
            "legalReference": threshold.legal_reference,
            "confidence": threshold.confidence_on(day),
        },
    )


def _with_readings(provisions: Sequence[Provision], readings: Mapping[str, str]) -> Sequence[Provision]:
    """The law with these readings selected, for every authority that leaves the question open."""
    for question, reading in readings.items():
        loaded = {each.reading for each in provisions if each.question == question}
        if reading not in loaded:
            questions = sorted({each.question for each in provisions if each.question is not None})
            there = (
                ", ".join(sorted(str(each) for each in loaded)) or f"no such question; there are {', '.join(questions)}"
            )
            raise ReadingUnknown(f"{question} has no reading {reading!r}: {there}")
    return [
        replace(each, reading=readings[each.scope[0]])
        if isinstance(each, SelectedReading) and each.scope[0] in readings
        else each
        for each in provisions
    ]


def _sha256(provisions: Sequence[Provision]) -> str:
    """Hash what the law says: sorted, compact, ASCII; absent values left out, so that a new optional key
    does not rename the law that lacks it."""
    entries = [
        {"kind": provision.kind} | {key: value for key, value in asdict(provision).items() if value not in (None, ())}
        for provision in sorted(provisions, key=lambda each: each.id)
    ]
    canonical = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
