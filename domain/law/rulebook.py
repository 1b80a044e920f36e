"""The law as loaded: asked by authority, category, the day in force and the day of knowledge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final, Self, TypeVar

from domain.deadlines.terms import ProceduralTerms
from domain.law import reasons
from domain.law.effective_dated import EffectiveDated, Provision
from domain.law.law_files import read_law
from domain.law.provisions import (
    CategoryRule,
    LabourMarketTestTerms,
    PayConversion,
    ReferenceDateRule,
    SalaryThreshold,
)

PACKAGED_VALUES: Final = Path(__file__).parent / "values"

_REASON_BY_PAY_TEST: Final[dict[str | None, str]] = {
    None: reasons.NOT_FOUND,
    "threshold": reasons.NO_AMOUNT_IN_FORCE,
    "jointCommitteeScale": reasons.JOINT_COMMITTEE_SCALE_UNKNOWN,
    "sectorScale": reasons.SECTOR_SCALE_UNKNOWN,
    "underlyingCategory": reasons.UNDERLYING_CATEGORY_UNKNOWN,
    "contract": reasons.DECIDED_BY_CONTRACT,
    "notStated": reasons.NOT_STATED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingInForce:
    """No amount applies; ``reason`` is a stable code of ``domain.law.reasons``."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rulebook:
    """A set of law. ``sha256`` names its content, whatever the order or layout of its files.

    Every question takes ``known_on``: the law as known on that day, or with all that is known when None.
    """

    sha256: str
    terms: ProceduralTerms
    """The terms of procedure. They bear on days and on no verdict, so they are no part of ``sha256``."""

    _thresholds: EffectiveDated[SalaryThreshold]
    _conversions: EffectiveDated[PayConversion]
    _reference_dates: EffectiveDated[ReferenceDateRule]
    _category_rules: EffectiveDated[CategoryRule]
    _labour_market_tests: EffectiveDated[LabourMarketTestTerms]

    @classmethod
    def load(cls, directory: Path | None = None) -> Self:
        """Read ``<authority>/*.toml`` under ``directory``, or the packaged law.

        Raises LawDataUnusable, which names file, entry, key and remedy.
        """
        provisions = read_law(PACKAGED_VALUES if directory is None else directory)
        return cls(
            sha256=_sha256(provisions),
            terms=ProceduralTerms.load(),
            _thresholds=EffectiveDated(_of_kind(provisions, SalaryThreshold)),
            _conversions=EffectiveDated(_of_kind(provisions, PayConversion)),
            _reference_dates=EffectiveDated(_of_kind(provisions, ReferenceDateRule)),
            _category_rules=EffectiveDated(_of_kind(provisions, CategoryRule)),
            _labour_market_tests=EffectiveDated(_of_kind(provisions, LabourMarketTestTerms)),
        )

    def salary_threshold(
        self, authority: str, category: str, on: date, known_on: date | None = None
    ) -> SalaryThreshold | NothingInForce:
        """The least pay in force, or why there is none."""
        threshold = self._thresholds.on(authority, category, on, known_on)
        if threshold is not None:
            return threshold
        if self._thresholds.has_undated(authority, category):
            return NothingInForce(reason=reasons.AMOUNT_UNDATED)
        rule = self.category_rule(authority, category, on, known_on)
        if rule is None:
            return NothingInForce(reason=reasons.NO_AMOUNT_IN_FORCE)
        return NothingInForce(reason=_REASON_BY_PAY_TEST[rule.pay_test])

    def category_rule(
        self, authority: str, category: str, on: date, known_on: date | None = None
    ) -> CategoryRule | None:
        return self._category_rules.on(authority, category, on, known_on)

    def pay_conversion(
        self, authority: str, contract: str, on: date, known_on: date | None = None
    ) -> PayConversion | None:
        return self._conversions.on(authority, contract, on, known_on)

    def labour_market_test(
        self, authority: str, category: str, on: date, known_on: date | None = None
    ) -> LabourMarketTestTerms | None:
        return self._labour_market_tests.on(authority, category, on, known_on)

    def reference_date_rule(
        self, authority: str, category: str, filed_on: date, known_on: date | None = None
    ) -> ReferenceDateRule | None:
        """Which day of a file decides, by the rule in force on the day of filing."""
        return self._reference_dates.on(authority, category, filed_on, known_on)


P = TypeVar("P", bound=Provision)


def _of_kind(provisions: Sequence[Provision], kind: type[P]) -> list[P]:
    return [provision for provision in provisions if isinstance(provision, kind)]


def _sha256(provisions: Sequence[Provision]) -> str:
    """Hash what the law says: sorted, compact, ASCII; absent values left out, so that a new optional key
    does not rename the law that lacks it."""
    said = [
        {"kind": provision.kind} | {key: value for key, value in asdict(provision).items() if value not in (None, ())}
        for provision in sorted(provisions, key=lambda each: each.id)
    ]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
