"""How each authority hands its records over: its form of file, its mapping, and what makes two versions the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from consumers.migration.brussels import BRUSSELS
from consumers.migration.columns import ColumnMapping
from consumers.migration.german_community import GERMAN_COMMUNITY
from consumers.migration.wallonia import WALLONIA
from domain.migration.findings import RefusalReason
from domain.migration.precheck import REQUIRED
from domain.migration.reading import Fact, LegacyMapping, LegacyReading
from infra.legacy_files.csv_file import CsvFile
from infra.legacy_files.header import FormColumns
from infra.legacy_files.json_lines import JsonLinesFile
from infra.legacy_files.records import LegacyFile, RawRecord
from infra.legacy_files.workbook import Workbook
from infra.migration.keyed_digest import keyed_digest
from infra.wire_format import canonical_json


class MigratingAuthority(StrEnum):
    BRUSSELS = "brussels"
    WALLONIA = "wallonia"
    GERMAN_COMMUNITY = "german-community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``modified`` is the field that says when a record was changed, which is no part of its content."""

    mapping: LegacyMapping
    file: LegacyFile
    modified: str

    def reading(self, raw: RawRecord) -> LegacyReading:
        """What the record tells, with what the reader of its file found."""
        if any(each.reason is RefusalReason.MALFORMED for each in raw.findings):
            return LegacyReading(authority=self.mapping.authority, fields={}, texts={}, findings=raw.findings)
        reading = self.mapping.read(raw.record)
        return replace(reading, findings=(*raw.findings, *reading.findings)) if raw.findings else reading

    def digest(self, record: Mapping[str, object], key: bytes) -> str:
        """Keyed, hexadecimal, of what the record says whenever it was modified; empty fields say nothing."""
        content: dict[str, object] = {}
        for name, value in record.items():
            said = value.strip() if type(value) is str else _said(value)
            if (said or said is False) and name != self.modified:
                content[name] = said
        return keyed_digest(key, canonical_json(content)).hex()


def _said(value: object) -> object:
    """What a value says: blanks around texts and empty fields say nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        said = {name: _said(each) for name, each in value.items()}
        return {name: each for name, each in said.items() if each or each is False}
    if isinstance(value, list):
        return [_said(each) for each in value]
    return value


def _columns(mapping: ColumnMapping) -> FormColumns:
    """A file without a required one of these could not hold a single good record."""
    return FormColumns(
        known=mapping.others.union(mapping.columns.values()),
        required=frozenset(mapping.columns[fact] for fact in REQUIRED),
    )


SOURCES: Final = {
    MigratingAuthority.BRUSSELS: Source(
        mapping=BRUSSELS,
        file=CsvFile(_columns(BRUSSELS)),
        modified=BRUSSELS.columns[Fact.MODIFIED],
    ),
    MigratingAuthority.WALLONIA: Source(
        mapping=WALLONIA,
        file=JsonLinesFile(frozenset({"numeroDossier", "historique", "modifieLe"})),
        modified="modifieLe",
    ),
    MigratingAuthority.GERMAN_COMMUNITY: Source(
        mapping=GERMAN_COMMUNITY,
        file=Workbook(_columns(GERMAN_COMMUNITY), key=GERMAN_COMMUNITY.columns[Fact.KEY]),
        modified=GERMAN_COMMUNITY.columns[Fact.MODIFIED],
    ),
}
