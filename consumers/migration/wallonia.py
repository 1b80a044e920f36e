"""Wallonia: an object a file with a history of statuses, of which the last is the one that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.migration.reading import Fact, LegacyReading, texts_of
from domain.migration.vocabulary import Vocabularies

_FACTS: Final = {
    Fact.KEY: "numeroDossier",
    Fact.CATEGORY: "categorie",
    Fact.VALID_FROM: "validite.du",
    Fact.VALID_TO: "validite.au",
    Fact.FAMILY_NAME: "travailleur.nom",
    Fact.GIVEN_NAME: "travailleur.prenom",
    Fact.BIRTH_DATE: "travailleur.naissance",
    Fact.NATIONALITY: "travailleur.nationalite",
    Fact.SSIN: "travailleur.niss",
    Fact.ENTERPRISE_NUMBER: "employeur.bce",
    Fact.EMPLOYER_NAME: "employeur.denomination",
    Fact.JOB_TITLE: "emploi.fonction",
    Fact.PAY: "emploi.remunerationBruteAnnuelle",
    Fact.MODIFIED: "modifieLe",
}
_HISTORY: Final = "historique"
_OPEN: Final = frozenset({"submitted", "informationRequested", "admissible"})
_KNOWN: Final = frozenset({*_FACTS.values(), _HISTORY})


class WalloniaMapping:
    """``historique`` has ``{statut, le, par}``; ``par`` is the actor where a word alone does not say who acted."""

    authority: Final = "wallonia"
    version: Final = 1

    def read(self, record: Mapping[str, object]) -> LegacyReading:
        flat = dict(_flattened(record))
        history = _of_history(record.get(_HISTORY))
        found = [(fact, flat.get(field)) for fact, field in _FACTS.items()]
        return LegacyReading(
            authority=self.authority,
            fields={**_FACTS, **{fact: field for fact, (field, _) in history.items()}},
            texts=texts_of([*found, *((fact, value) for fact, (_, value) in history.items())]),
            unknown=tuple(sorted(name for name in flat if name not in _KNOWN)),
        )


def _of_history(history: object) -> dict[Fact, tuple[str, str | None]]:
    """Where it stands and what: status and actor of the last word, and the days of filing, admission and decision.

    A step that was taken twice counts from the first time.
    """
    entries = [each for each in history if isinstance(each, Mapping)] if isinstance(history, Sequence) else []
    words = Vocabularies.load()
    days: dict[str, tuple[str, str | None]] = {}
    for number, each in enumerate(entries):
        status = words.code("status", _text(each.get("statut")) or "") or ""
        days.setdefault(status, (f"{_HISTORY}[{number}].le", _text(each.get("le"))))
    last: Mapping[str, Any] = entries[-1] if entries else {}
    word = _text(last.get("statut")) or ""
    ended = bool(word) and words.code("status", word) not in _OPEN
    place = f"{_HISTORY}[{len(entries) - 1}]" if entries else _HISTORY
    return {
        Fact.STATUS: (f"{place}.statut", word),
        Fact.ACTOR: (f"{place}.par", _text(last.get("par"))),
        Fact.FILED: days.get("submitted", (f"{_HISTORY}.introduite", None)),
        Fact.ADMISSIBLE: days.get("admissible", (f"{_HISTORY}.recevable", None)),
        Fact.DECIDED: (f"{place}.le", _text(last.get("le")) if ended else None),
    }


def _flattened(record: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    """The fields of an object by their paths; a part that is null has no fields of its own."""
    found: list[tuple[str, object]] = []
    for name, value in record.items():
        if isinstance(value, Mapping):
            found += _flattened(value, f"{before}{name}.")
        elif value is not None or f"{before}{name}" in _KNOWN:
            found.append((f"{before}{name}", value))
    return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


WALLONIA: Final = WalloniaMapping()
