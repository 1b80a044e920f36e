"""Small legacy files as the authorities write them, made for a test."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

BRUSSELS: dict[str, str] = {
    "no_dossier": "BXL/2025/00001",
    "langue": "FR",
    "statut": "autorisation accordée",
    "acteur": "",
    "categorie": "hautement qualifié",
    "date_introduction": "07/03/2025",
    "date_recevabilite": "31/03/2025",
    "date_decision": "18/04/2025",
    "valable_du": "26/04/2025",
    "valable_au": "25/04/2026",
    "nom": "Lambert",
    "prenom": "Élise",
    "naissance": "30/07/1985",
    "nationalite": "brésilienne",
    "niss": "85.07.30-033.28",
    "bce": "BE0202239951",
    "employeur": "Étoile SA",
    "fonction": "infirmière",
    "remuneration": "4.303,75",
    "periodicite": "mois",
    "modifie_le": "20/04/2025 09:00",
}

WALLONIA: dict[str, Any] = {
    "numeroDossier": "WAL-2025-000001",
    "categorie": "chercheur",
    "historique": [
        {"statut": "introduite", "le": "07/07/2024"},
        {"statut": "recevable", "le": "17/07/2024"},
        {"statut": "retirée", "le": "20/08/2024", "par": "autorité"},
    ],
    "travailleur": {"nom": "Roy", "prenom": "Priya", "naissance": "30/07/1985", "nationalite": "IN", "niss": None},
    "employeur": {"bce": "202239951", "denomination": "Vesdre NV"},
    "emploi": {"fonction": "cuisinier", "remunerationBruteAnnuelle": "36.398,50"},
    "validite": None,
    "modifieLe": "2024-08-22T09:00:00",
}

GERMAN_HEADER = (
    "Aktenzeichen", "Stand", "Kategorie", "Antragsdatum", "Zulässig am", "Entscheidung am", "Gültig von", "Gültig bis",
    "Name", "Vorname", "Geburtsdatum", "Staatsangehörigkeit", "Nationalregisternummer", "ZDU-Nummer", "Arbeitgeber",
    "Tätigkeit", "Bruttolohn/Jahr", "Geändert am",
)  # fmt: skip

GERMAN: tuple[Any, ...] = (
    "DG 2024/002", "Arbeitserlaubnis erteilt", "Mangelberuf", date(2024, 4, 16), date(2024, 4, 20),
    date(2024, 4, 30), date(2024, 5, 8), date(2027, 5, 7), "Roy", "Inés", date(1985, 7, 30),
    "marokkanisch", "85073003328", "0202239951", "Vesdre BV", "Forscher", "92.138,00", "02/05/2024 09:00",
)  # fmt: skip


def brussels_text(*records: dict[str, str], end: str = "\r\n") -> str:
    text = io.StringIO()
    rows = csv.DictWriter(text, list(BRUSSELS), delimiter=";", lineterminator=end)
    rows.writeheader()
    rows.writerows(records)
    return text.getvalue()


def brussels_file(folder: Path, *records: dict[str, str]) -> Path:
    file = folder / "brussels.csv"
    file.write_bytes(brussels_text(*records).encode("cp1252"))
    return file


def wallonia_file(folder: Path, *records: dict[str, Any]) -> Path:
    file = folder / "wallonia.jsonl"
    file.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
    return file


def german_file(folder: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = GERMAN_HEADER) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Ministerium der DG",), (), header, *rows):
        sheet.append(row)
    file = folder / "german-community.xlsx"
    book.save(file)
    return file
