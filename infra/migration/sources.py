"""How each authority delivers its records: its form of file, its mapping, and what makes two versions the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.migration.keyed_digest import keyed_digest
from domain.migration.precheck import REQUIRED
from domain.migration.reading import Fact, LegacyMapping, LegacyReading
from domain.migration.record_content import content_of, reading_of
from domain.migration.source_lines import RawRecord
from domain.migration.sources.brussels import BRUSSELS
from domain.migration.sources.columns import ColumnMapping
from domain.migration.sources.german_community import GERMAN_COMMUNITY
from domain.migration.sources.wallonia import WALLONIA
from infra.legacy_files.csv_file import CsvFile
from infra.legacy_files.header import FormColumns
from infra.legacy_files.json_lines import JsonLinesFile
from infra.legacy_files.legacy_file import LegacyFile
from infra.legacy_files.workbook import Workbook
from infra.structured_logs import get_logger
from infra.wire_format import canonical_json

_log = get_logger(__name__)


class MigratingAuthority(StrEnum):
    BRUSSELS = "brussels"
    WALLONIA = "wallonia"
    GERMAN_COMMUNITY = "german-community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """``modified`` is the field that says when a record was changed, which is no part of its content.

    Implements :class:`consumers.migration.judging.RecordSource`.
    """

    mapping: LegacyMapping
    file: LegacyFile
    modified: str

    def reading(self, raw: RawRecord) -> LegacyReading:
        """As :func:`domain.migration.record_content.reading_of`."""
        return reading_of(raw, self.mapping)

    def digest(self, record: Mapping[str, object], key: bytes) -> str:
        """Keyed, hexadecimal, of the record's content."""
        return keyed_digest(key, canonical_json(content_of(record, self.modified))).hex()

    def note_failure(self, kind: str) -> None:
        """In the log, by its kind only: its text may hold what the record holds."""
        _log.error("migration.record_failed", why=kind)


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
