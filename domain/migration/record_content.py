"""What a record says: the reading of it with what its reader found, and the content by which versions are the same."""

from __future__ import annotations

from collections.abc import Mapping

from domain.copies import replace
from domain.migration.findings import RefusalReason
from domain.migration.reading import LegacyMapping, LegacyReading
from domain.migration.source_lines import RawRecord


def reading_of(raw: RawRecord, mapping: LegacyMapping) -> LegacyReading:
    """What the record states, with what the reader of its file found; nothing of a line that is no record."""
    if any(each.reason is RefusalReason.MALFORMED for each in raw.findings):
        return LegacyReading(authority=mapping.authority, fields={}, texts={}, findings=raw.findings)
    reading = mapping.read(raw.record)
    return replace(reading, findings=(*raw.findings, *reading.findings)) if raw.findings else reading


def content_of(record: Mapping[str, object], modified: str) -> dict[str, object]:
    """What the record says whenever it was changed: empty fields, blanks around texts and ``modified`` say nothing."""
    content: dict[str, object] = {}
    for name, value in record.items():
        # Nearly every value is a text.
        trimmed = value.strip() if type(value) is str else _trimmed(value)
        if (trimmed or trimmed is False) and name != modified:
            content[name] = trimmed
    return content


def _trimmed(value: object) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        trimmed = {name: _trimmed(each) for name, each in value.items()}
        return {name: each for name, each in trimmed.items() if each or each is False}
    if isinstance(value, list):
        return [_trimmed(each) for each in value]
    return value
