"""A file of Brussels of any length, with the kinds of records that one has: made row by row, never held in memory."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from domain.migration.sources.brussels import BRUSSELS

_FIRST: Final = date(2019, 1, 7)
_STATUSES: Final = ("autorisation accordée", "toelating goedgekeurd", "refusée", "irrecevable", "recevable", "caduque")
_CATEGORIES: Final = (
    "hautement qualifié",
    "métier en pénurie",
    "carte bleue européenne",
    "onderzoeker",
    "leidinggevende",
)
_OPEN: Final = "recevable"


def write_extract(file: Path, records: int, *, first: int = 0) -> None:
    """Write ``records`` records, numbered from ``first`` on; in a hundred three cannot be retold."""
    columns = [*BRUSSELS.columns.values(), "langue"]
    with file.open("w", encoding="cp1252", newline="") as out:
        rows = csv.DictWriter(out, columns, delimiter=";", lineterminator="\r\n")
        rows.writeheader()
        rows.writerows(map(_row, range(first, first + records)))


def _row(number: int) -> dict[str, str]:
    filed, born = _FIRST + timedelta(days=number % 2_300), date(1960, 1, 1) + timedelta(days=number % 15_000)
    status = _STATUSES[number % len(_STATUSES)]
    granted = number % len(_STATUSES) < 2
    return {
        "no_dossier": f"BXL/{filed.year}/{number:07d}",
        "langue": "FR",
        "statut": status,
        "acteur": "",
        "categorie": _CATEGORIES[number % len(_CATEGORIES)],
        "date_introduction": _day(filed),
        "date_recevabilite": _day(filed + timedelta(days=9)),
        "date_decision": "" if status == _OPEN else _day(filed + timedelta(days=40)),
        "valable_du": _day(filed + timedelta(days=50)) if granted else "",
        "valable_au": _day(filed + timedelta(days=414)) if granted else "",
        "nom": f"Kowalczyk-{number % 9_973}",
        "prenom": "Élise",
        "naissance": _day(born),
        "nationalite": "indienne",
        "niss": _number(born, number) if number % 3 else "",
        "bce": "BE0202239951",
        "employeur": "Étoile SA",
        "fonction": "infirmière en chef",
        "remuneration": "n.c." if number % 100 < 3 else f"{40 + number % 30}.{number % 1_000:03d},50",
        "periodicite": "an",
        "modifie_le": f"{_day(filed + timedelta(days=41))} 09:00",
    }


def _number(born: date, number: int) -> str:
    """A national number with its check digits."""
    nine = f"{born:%y%m%d}{number % 997 + 1:03d}"
    return f"{nine}{97 - int(nine) % 97:02d}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
