"""A mapping that names a column for each fact: all there is to say of a source that is a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.migration.reading import Fact, LegacyReading, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """``version`` goes up with every change of meaning: it is part of what a retold event rests on."""

    authority: str
    version: int
    columns: Mapping[Fact, str]
    others: frozenset[str] = frozenset()
    """Columns that are known and say nothing of a case."""

    def read(self, record: Mapping[str, object]) -> LegacyReading:
        known = {*self.columns.values(), *self.others}
        return LegacyReading(
            authority=self.authority,
            told={fact: Told(column, _text(record.get(column))) for fact, column in self.columns.items()},
            unknown=tuple(sorted(name for name in record if name not in known)),
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
