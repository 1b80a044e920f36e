"""Places in a raw record, written as findings name them: ``niss``, ``travailleur.niss``, ``historique[1].statut``."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Final

from domain.copies import replace
from domain.migration.quarantine import RepairRefused
from domain.migration.source_lines import RawRecord

_STEP: Final = re.compile(r"([^.\[\]]+)((?:\[[0-9]+\])*)")


def with_text(record: Mapping[str, object], field: str, text: str) -> dict[str, object]:
    """The record with ``text`` at a path such as ``travailleur.niss`` or ``historique[1].statut``.

    Raises :class:`RepairRefused` for a place that the record does not have.
    """
    whole: dict[str, object] = copy.deepcopy(dict(record))
    if field in whole:  # a column may be called anything, also with what separates steps elsewhere
        return whole | {field: text}
    *steps, last = _path(field)
    place: object = whole
    for step in steps:
        if isinstance(step, str) and isinstance(place, dict) and place.get(step) is None:
            place[step] = {}
        place = _within(place, step, field)
    if isinstance(last, int) or not isinstance(place, dict):
        raise _no_such(field)
    place[last] = text
    return whole


def texts_of(record: object, place: str = "") -> dict[str, str | None]:
    """Every text of a record by its place, as findings name it; None where the source says that there is none."""
    if isinstance(record, Mapping):
        parts = [(f"{place}.{name}" if place else name, value) for name, value in record.items()]
    elif isinstance(record, list):
        parts = [(f"{place}[{number}]", value) for number, value in enumerate(record)]
    else:
        return {place: None if record is None else str(record)}
    found: dict[str, str | None] = {} if parts or not place else {place: ""}
    for path, value in parts:
        found |= texts_of(value, path)
    return found


def corrected(raw: RawRecord, corrections: Mapping[str, str]) -> RawRecord:
    """The record with what a person put in place: what was found at a field that was replaced is found no more.

    One that could not be read at all can be, once its fields are given.
    """
    if not corrections:
        return raw
    record: Mapping[str, object] = raw.record
    for field, text in corrections.items():
        record = with_text(record, field, text)
    findings = tuple(each for each in raw.findings if each.field and each.field not in corrections)
    return replace(raw, record=record, findings=findings)


def _within(place: object, step: str | int, field: str) -> object:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and isinstance(step, int) and step < len(place):
        return place[step]
    raise _no_such(field)


def _no_such(field: str) -> RepairRefused:
    return RepairRefused(f"{field} is not a field of the record: name it as the findings do")


def _path(field: str) -> list[str | int]:
    if "[" not in field and "." not in field:
        return [field]
    steps: list[str | int] = []
    for part in field.split("."):
        written = _STEP.fullmatch(part)
        if written is None:
            return [field]  # a column may be called anything
        steps.append(written[1])
        steps += [int(number) for number in re.findall(r"\[([0-9]+)\]", written[2])]
    return steps
