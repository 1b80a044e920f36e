"""Records of one person, and one file number in two spellings, are found, with how likely it is; nothing is merged."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from api.services.migrations import signed_report
from domain.migration.comparison import RelatedPair
from infra.migration.related_records import related_records
from infra.migration.sources import MigratingAuthority
from tests.cli.conftest import CommandLine
from tests.legacy_files.reading import TRIALS
from tests.migration.moving import Moving, record
from tests.migration.samples import WALLONIA, wallonia_file

pytestmark = pytest.mark.server

TRIAL = TRIALS / "b33_names.csv"
OTHER_SPELLINGS = {
    "36001": ("NDIAYE", "Awa"),
    "36002": ("Wałęsa", "Łukasz"),
    "36003": ("Y\u0131ld\u0131z", "İnci"),
    "36004": ("Ben-Salah", "Zoe"),
    "36005": ("EL-AMRANI", "Sara"),
}
"""Of the five people of the trial, by the end of their file number."""


def related(move: Moving, authority: str = "brussels") -> list[RelatedPair]:
    with move.program.unhurried_readers.connection() as connection:
        return list(related_records(connection, authority))


def test_five_people_are_found_in_another_authority_that_writes_their_names_otherwise(
    move: Moving, tmp_path: Path
) -> None:
    # given the five of the trial, and the same people in Wallonia's records, in other spellings and without a number
    move.load(MigratingAuthority.BRUSSELS, TRIAL)
    births = {
        row["no_dossier"][-5:]: row["naissance"]
        for row in csv.DictReader(TRIAL.read_text(encoding="cp1252").splitlines(), delimiter=";")
    }
    people = [
        {**WALLONIA, "numeroDossier": f"WAL-{end}", "travailleur": {
            "nom": family, "prenom": given, "naissance": births[end], "nationalite": "IN", "niss": None}}
        for end, (family, given) in OTHER_SPELLINGS.items()
    ]  # fmt: skip
    move.load(MigratingAuthority.WALLONIA, wallonia_file(tmp_path, *people))
    # when their kin are looked for
    found = related(move)
    # then each is found once, and is likely to be the same person
    assert [(each.key[-5:], each.other_key[-5:]) for each in found] == [(end, end) for end in OTHER_SPELLINGS]
    assert {(each.found[0].value, each.likelihood.value) for each in found} == {("samePersonByName", "likely")}
    # and all ten cases stay what they are
    assert move.ask("select count(distinct stream) from journal") == [(10,)]


def test_family_and_given_name_swapped_are_found_and_less_likely(move: Moving) -> None:
    move.load_brussels(
        record(niss="", nom="Ben Salah", prenom="Élise"),
        record(niss="", no_dossier="BXL/2", nom="ELISE", prenom="Ben-Salah"),
        record(niss="", no_dossier="BXL/3", nom="Elise", prenom="Ben-Saleh"),
    )
    (kin,) = related(move)
    assert (kin.key, kin.other_key) == ("BXL/2", "BXL/2025/00001")
    assert (kin.found[0].value, kin.likelihood.value) == ("samePersonBySwappedName", "possible")


def test_one_file_number_in_two_spellings_is_two_cases_shown_together(move: Moving) -> None:
    other = {"niss": "", "nom": "Other", "valable_du": "", "valable_au": ""}
    move.load_brussels(
        record(no_dossier="BXL/2023/95001"), record(no_dossier="bxl/2023/95001", **other),
        record(no_dossier="BXL/2023/ 95002"), record(no_dossier="BXL/2023/95002"),
    )  # fmt: skip
    found = {(each.key, each.other_key): each for each in related(move)}
    by_number = found["BXL/2023/95001", "bxl/2023/95001"]
    assert (by_number.found, by_number.likelihood) == (("sameFileNumber",), "likely")
    # and what else is known of the two stands beside it
    both = found["BXL/2023/ 95002", "BXL/2023/95002"]
    assert both.found == ("samePersonByNumber", "overlappingPermits", "sameFileNumber")
    assert both.likelihood == "certain"
    assert move.ask("select count(distinct stream) from journal") == [(4,)]
    told = signed_report(move.program, MigratingAuthority.BRUSSELS)["report"]
    assert told["betweenRecords"]["sameFileNumber"] == 2


def test_the_command_says_how_likely_and_why(move: Moving, command_line: CommandLine) -> None:
    move.load_brussels(record(niss="", nom="Yildiz"), record(no_dossier="BXL/2", nom="YILDIZ"))
    told = json.loads(command_line("migrate", "related", "brussels", "--json").output)
    assert told["likelihood"] == "likely"
    assert "samePersonByName" in told["found"]
    said = command_line("migrate", "related", "brussels").output
    assert "likely: the same name in any spelling, and the same birth date; their permits overlap" in said
    assert "ildiz" not in said.lower()
