"""The two sides of a migration compared: what landed, and what the log says of it now.

Each case has a digest of its facts on both sides; the digests are summed up in buckets, and only the cases of buckets
that differ are compared fact by fact. Nothing personal comes out: what cases are called in clear (their file number,
where that reveals nothing of a person) and names of facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from domain.migration.provenance import facts_of
from domain.migration.reading import CanonicalRecord, Fact

BUCKETS: Final = 256
NAMED: Final = 100
"""Differences that a report names; beyond that they are counted."""

Facts = Mapping[str, str | None]

TellingSide = Callable[[], Iterable[tuple[str, Facts | None]]]
"""Tells all cases of one side: what each is called in clear, and its facts, None where its subject was erased."""

FactsDigest = Callable[[str, Facts], int]
"""Of a case and its facts, keyed: nobody without the key can guess facts from it."""

_NOT_PASSING: Final[Facts] = {}


def source_facts(record: CanonicalRecord | None) -> Facts:
    """The facts of a landed record; of one that was retold and does not pass today, none.

    So it differs from what was retold in all it says.
    """
    return _NOT_PASSING if record is None else facts_of(record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A case on which the two sides differ: these facts, or the whole of it on one side only.

    ``key`` is what it is called in clear.
    """

    key: str
    facts: tuple[str, ...]
    missing: str | None = None


@dataclass(slots=True)
class Side:
    """What one side adds up to. ``withheld`` are records whose subject was erased."""

    records: int = 0
    withheld: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    by_year: Counter[str] = field(default_factory=Counter)
    pay: dict[str, Decimal] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    @classmethod
    def of(cls, cases: Iterable[tuple[str, Facts | None]], digest: FactsDigest) -> Side:
        """All cases of a side added up."""
        side = cls()
        for key, facts in cases:
            side.add(key, facts, digest)
        return side

    def add(self, key: str, facts: Facts | None, digest: FactsDigest) -> None:
        self.records += 1
        if facts is None:
            self.withheld += 1
            return
        self.by_status[facts.get(Fact.STATUS) or ""] += 1
        self.by_category[facts.get(Fact.CATEGORY) or ""] += 1
        self.by_year[(facts.get(Fact.FILED) or "")[:4]] += 1
        period = facts.get(Fact.PAY_PERIOD) or ""
        self.pay[period] = self.pay.get(period, Decimal()) + Decimal(facts.get(Fact.PAY) or 0)
        self.buckets[bucket_of(key)] ^= digest(key, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    source: Side
    target: Side
    differing_buckets: tuple[int, ...]
    differences: tuple[Difference, ...]
    difference_count: int

    @property
    def agrees(self) -> bool:
        return not self.differing_buckets and self.source.records == self.target.records


def bucket_of(key: str) -> int:
    """Which bucket a case belongs to, in every run."""
    return blake2b(key.encode(), digest_size=1).digest()[0]


def compared(ours: Side, theirs: Side, source: TellingSide, target: TellingSide) -> Reconciled:
    """Both sums compared; where they do not agree, both sides are read once more and compared fact by fact."""
    differing = tuple(n for n in range(BUCKETS) if ours.buckets[n] != theirs.buckets[n])
    found = list(_differences(source, target, frozenset(differing))) if differing else []
    return Reconciled(
        source=ours,
        target=theirs,
        differing_buckets=differing,
        differences=tuple(found[:NAMED]),
        difference_count=len(found),
    )


def _differences(source: TellingSide, target: TellingSide, buckets: frozenset[int]) -> Iterator[Difference]:
    ours = {key: facts for key, facts in source() if bucket_of(key) in buckets}
    theirs = {key: facts for key, facts in target() if bucket_of(key) in buckets}
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs or key not in ours:
            yield Difference(key=key, facts=(), missing="target" if key not in theirs else "source")
            continue
        one, other = ours[key], theirs[key]
        if one is None or other is None:
            continue
        names = one.keys() | other.keys()
        facts = tuple(sorted(name for name in names if one.get(name) != other.get(name)))
        if facts:
            yield Difference(key=key, facts=facts)
