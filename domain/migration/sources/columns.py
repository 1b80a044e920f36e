"""A mapping that names a column for each fact: all there is to say of a source that is a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.migration.reading import NUMBERS, Fact, LegacyReading, Values


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """``version`` goes up with every change of meaning: it is part of what a retold event rests on."""

    authority: str
    version: int
    columns: Mapping[Fact, str]
    others: frozenset[str] = frozenset()
    """Columns that are known and say nothing of a case."""

    def read(self, record: Mapping[str, object]) -> LegacyReading:
        values = Values()
        texts: dict[Fact, str] = {}
        for fact, column in self.columns.items():
            value = record.get(column)
            # Nearly every value is a text.
            text = value.strip() if type(value) is str else values.text(value, column, number=fact in NUMBERS)
            if text:
                texts[fact] = text
        others = {column: text for column in self.others if (text := values.text(record.get(column), column))}
        return LegacyReading(
            authority=self.authority,
            fields=self.columns,
            texts=texts,
            others=others,
            unknown=() if self._known.issuperset(record) else tuple(sorted(record.keys() - self._known)),
            findings=tuple(values.findings),
        )

    @cached_property
    def _known(self) -> frozenset[str]:
        return self.others.union(self.columns.values())
