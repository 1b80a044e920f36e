"""The legacy records of a demonstration: a small extract of each authority that moves in, in its own form of file.

The people and undertakings are invented. Some records have the faults of real extracts, and are quarantined.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Final

import openpyxl

from api.demonstration.people import FAMILY_NAMES, GIVEN_NAMES, employer_of, ssin_of
from domain.migration.reading import Fact
from domain.migration.sources.brussels import BRUSSELS
from domain.migration.sources.german_community import GERMAN_COMMUNITY
from infra.migration.sources import MigratingAuthority

_FIRST: Final = date(2023, 1, 9)
_DAYS: Final = 1_050
_NO_STATUS: Final = "???"
_NO_AMOUNT: Final = "n.c."
_FAULTY: Final = 12
"""One record in so many has a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """An old file, before it is written in the form of an authority; ``outcome`` is None while it is open."""

    number: int
    filed: date
    admissible: date
    outcome: bool | None
    family_name: str
    given_name: str
    born: date
    ssin: str
    enterprise_number: str
    yearly_pay: int
    faulty: bool

    @property
    def decided(self) -> date | None:
        return None if self.outcome is None else self.admissible + timedelta(days=31)

    @property
    def valid(self) -> tuple[date, date] | None:
        if self.decided is None or not self.outcome:
            return None
        return self.decided + timedelta(days=8), self.decided + timedelta(days=8 + 2 * 365)

    @property
    def modified(self) -> date:
        return self.decided or self.admissible

    def pick(self, *words: str) -> str:
        return words[self.number % len(words)]


def write_extracts(directory: Path, seed: int) -> dict[MigratingAuthority, Path]:
    """The extract of each authority, in ``directory``; a file that is there stays, so that a load knows it again."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {}
    for authority, (name, records, written) in _EXTRACTS.items():
        file = files[authority] = directory / name
        if not file.exists():
            unfinished = file.with_suffix(".new")
            unfinished.write_bytes(written(_records(records, random.Random(f"{seed}/{authority}"))))  # noqa: S311  # nosec B311 # invented records, no secret
            unfinished.replace(file)
    return files


def _records(count: int, chance: random.Random) -> list[_Record]:
    """``count`` records, a third of them open."""
    records = []
    for number in range(count):
        filed = _FIRST + timedelta(days=chance.randrange(_DAYS))
        born = date(1970, 1, 1) + timedelta(days=chance.randrange(12_000))
        records.append(
            _Record(
                number=number,
                filed=filed,
                admissible=filed + timedelta(days=chance.randint(5, 20)),
                outcome=(None, True, True, False, None, True)[number % 6],
                family_name=chance.choice(FAMILY_NAMES),
                given_name=chance.choice(GIVEN_NAMES),
                born=born,
                ssin=ssin_of(born, chance),
                enterprise_number=str(employer_of(chance.randrange(20), 0).enterprise_number),
                yearly_pay=chance.randint(38_000, 92_000),
                faulty=number % _FAULTY == _FAULTY - 1,
            )
        )
    return records


def _brussels(records: list[_Record]) -> bytes:
    """Text in the code page of its system, a month's pay and words of two languages."""
    text = StringIO()
    columns = [*BRUSSELS.columns.values(), "langue"]
    rows = csv.DictWriter(text, columns, delimiter=";", lineterminator="\r\n")
    rows.writeheader()
    for each in records:
        french = each.number % 3 > 0
        words = {True: ("autorisation accordée", "toelating goedgekeurd"), False: ("refusée", "geweigerd")}
        status = words[each.outcome][not french] if each.outcome is not None else ("ontvankelijk", "recevable")[french]
        rows.writerow(
            _row(
                BRUSSELS.columns,
                each,
                {
                    Fact.KEY: f"BXL/{each.filed.year}/{each.number:05d}",
                    Fact.STATUS: _NO_STATUS if each.faulty else status,
                    Fact.ACTOR: "",
                    Fact.CATEGORY: each.pick("hautement qualifié", "knelpuntberoep", "carte bleue européenne"),
                    Fact.NATIONALITY: each.pick("indienne", "Braziliaanse", "turque"),
                    Fact.JOB_TITLE: each.pick("infirmière en chef", "softwareontwikkelaar", "couvreur"),
                    Fact.PAY: _amount(each.yearly_pay / 12),
                    Fact.PAY_PERIOD: "mois" if french else "maand",
                },
            )
            | {"langue": "FR" if french else "NL"}
        )
    return text.getvalue().encode("cp1252")


def _wallonia(records: list[_Record]) -> bytes:
    """A line of JSON a file, with the history of its statuses."""
    lines = []
    for each in records:
        history = [
            {"statut": "introduite", "le": _day(each.filed)},
            {"statut": "recevable", "le": _day(each.admissible)},
        ]
        if each.outcome is not None:
            history.append({"statut": ("refusée", "autorisation accordée")[each.outcome], "le": _day(each.decided)})
        valid = each.valid
        record = {
            "numeroDossier": f"WAL-{each.filed.year}-{each.number:06d}",
            "categorie": each.pick("hautement qualifié", "chercheur", "ICT - spécialiste", "métier en pénurie"),
            "historique": history,
            "travailleur": {
                "nom": each.family_name,
                "prenom": each.given_name,
                "naissance": _day(each.born),
                "nationalite": each.pick("IN", "TR", "MA"),
                "niss": each.ssin,
            },
            "employeur": {"bce": each.enterprise_number, "denomination": each.pick("Vesdre SA", "Soleil SRL")},
            "emploi": {
                "fonction": each.pick("cuisinier", "développeuse", "chercheuse"),
                "remunerationBruteAnnuelle": _NO_AMOUNT if each.faulty else _amount(each.yearly_pay),
            },
            "validite": None if valid is None else {"du": _day(valid[0]), "au": _day(valid[1])},
            "modifieLe": f"{each.modified.isoformat()}T09:00:00",
        }
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def _german_community(records: list[_Record]) -> bytes:
    """A workbook with a title above its header; days are text."""
    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:
        raise AssertionError("a new workbook has a sheet")
    columns = GERMAN_COMMUNITY.columns
    for row in (("Ministerium der Deutschsprachigen Gemeinschaft",), (), tuple(columns.values())):
        sheet.append(row)
    for each in records:
        status = "zulässig" if each.outcome is None else ("abgelehnt", "Arbeitserlaubnis erteilt")[each.outcome]
        written = _row(
            columns,
            each,
            {
                Fact.KEY: f"DG {each.filed.year}/{each.number:03d}",
                Fact.STATUS: status,
                Fact.CATEGORY: each.pick("Hochqualifizierte", "Mangelberuf", "Forscher", "Blaue Karte EU"),
                Fact.NATIONALITY: each.pick("indisch", "türkisch", "ukrainisch"),
                Fact.JOB_TITLE: each.pick("Forscher", "Pflegefachkraft", "Dachdeckerin"),
                Fact.PAY: _NO_AMOUNT if each.faulty else _amount(each.yearly_pay),
            },
        )
        sheet.append([written[name] for name in columns.values()])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _row(columns: Mapping[Fact, str], record: _Record, own: Mapping[Fact, str]) -> dict[str, str]:
    """A row by the names of its columns: what is ``own`` to the authority, and what all write alike."""
    valid = record.valid
    alike: dict[Fact, str] = {
        Fact.FILED: _day(record.filed),
        Fact.ADMISSIBLE: _day(record.admissible),
        Fact.DECIDED: _day(record.decided),
        Fact.VALID_FROM: "" if valid is None else _day(valid[0]),
        Fact.VALID_TO: "" if valid is None else _day(valid[1]),
        Fact.FAMILY_NAME: record.family_name,
        Fact.GIVEN_NAME: record.given_name,
        Fact.BIRTH_DATE: _day(record.born),
        Fact.SSIN: record.ssin,
        Fact.ENTERPRISE_NUMBER: record.enterprise_number,
        Fact.EMPLOYER_NAME: record.pick("Étoile SA", "Noord NV", "Hohes Venn GmbH"),
        Fact.MODIFIED: f"{_day(record.modified)} 09:00",
    }
    return {name: {**alike, **own}[fact] for fact, name in columns.items()}


def _day(day: date | None) -> str:
    return "" if day is None else f"{day:%d/%m/%Y}"


def _amount(euros: float) -> str:
    """With a point for thousands and a comma for cents."""
    return f"{euros:,.2f}".translate(str.maketrans(",.", ".,"))


_Extract = tuple[str, int, Callable[[list[_Record]], bytes]]

_EXTRACTS: Final[Mapping[MigratingAuthority, _Extract]] = {
    MigratingAuthority.BRUSSELS: ("brussels-permits.csv", 60, _brussels),
    MigratingAuthority.WALLONIA: ("wallonia-permits.jsonl", 40, _wallonia),
    MigratingAuthority.GERMAN_COMMUNITY: ("german-community-permits.xlsx", 20, _german_community),
}
