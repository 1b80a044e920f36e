"""Wallonia: an object a file with a history of statuses, read in the order of its days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from domain.migration.findings import Finding, RefusalReason
from domain.migration.reading import NUMBERS, Fact, LegacyReading, Values
from domain.migration.sources.history import History

_FACTS: Final = {
    Fact.KEY: ("numeroDossier",),
    Fact.CATEGORY: ("categorie",),
    Fact.VALID_FROM: ("validite", "du"),
    Fact.VALID_TO: ("validite", "au"),
    Fact.FAMILY_NAME: ("travailleur", "nom"),
    Fact.GIVEN_NAME: ("travailleur", "prenom"),
    Fact.BIRTH_DATE: ("travailleur", "naissance"),
    Fact.NATIONALITY: ("travailleur", "nationalite"),
    Fact.SSIN: ("travailleur", "niss"),
    Fact.ENTERPRISE_NUMBER: ("employeur", "bce"),
    Fact.EMPLOYER_NAME: ("employeur", "denomination"),
    Fact.JOB_TITLE: ("emploi", "fonction"),
    Fact.PAY: ("emploi", "remunerationBruteAnnuelle"),
    Fact.MODIFIED: ("modifieLe",),
}
_FIELDS: Final = {fact: ".".join(path) for fact, path in _FACTS.items()}
_PARTS: Final = {
    part: frozenset(path[1] for path in _FACTS.values() if path[0] == part)
    for part in ("travailleur", "employeur", "emploi", "validite")
}
_HISTORY: Final = "historique"
_KNOWN: Final = frozenset({*(path[0] for path in _FACTS.values()), _HISTORY})


class WalloniaMapping:
    """``historique`` has ``{statut, le, par}``; ``par`` is the actor where a word alone does not say who acted."""

    authority: Final = "wallonia"
    version: Final = 2

    def read(self, record: Mapping[str, object]) -> LegacyReading:
        values = Values()
        parts = dict(_parts(record, values))
        texts: dict[Fact, str] = {}
        for fact, path in _FACTS.items():
            place = record if len(path) == 1 else parts[path[0]]
            text = values.text(place.get(path[-1]), _FIELDS[fact], number=fact in NUMBERS)
            if text is not None:
                texts[fact] = text
        history = History.read(_HISTORY, record.get(_HISTORY), values)
        return LegacyReading(
            authority=self.authority,
            fields={**_FIELDS, **history.fields},
            texts={**texts, **history.texts},
            happened=history.days,
            others=history.words,
            unknown=tuple(sorted(_unknown(record, parts))),
            findings=tuple(values.findings),
        )


def _parts(record: Mapping[str, object], values: Values) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The parts that are objects of their own; one that is null, or is none, has no fields."""
    for name in _PARTS:
        part = record.get(name)
        if part is not None and not isinstance(part, Mapping):
            values.findings.append(Finding(RefusalReason.FIELD_MALFORMED, name, "it is not an object"))
        yield name, part if isinstance(part, Mapping) else {}


def _unknown(record: Mapping[str, object], parts: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    yield from record.keys() - _KNOWN
    for name, part in parts.items():
        yield from (f"{name}.{field}" for field in part.keys() - _PARTS[name])


WALLONIA: Final = WalloniaMapping()
