"""``permit audit what-if`` and ``permit audit rests-on`` as a regulator uses them."""

import re
import shutil
from pathlib import Path

import pytest

from domain.law.rulebook import PACKAGED_VALUES, Rulebook
from tests.audit.installation import Installation
from tests.cli.conftest import CommandLine
from tests.world.applications import OF_THE_WORKER

pytestmark = pytest.mark.server

PACKAGED = str(PACKAGED_VALUES)
PERSONAL = (*OF_THE_WORKER, "52000.00", "40000.00", "43395.99", "60000.00")


@pytest.fixture
def dearer(tmp_path: Path) -> str:
    """The law in a directory, with a threshold for highly skilled work that the first case does not reach."""
    values = tmp_path / "values"
    shutil.copytree(PACKAGED_VALUES, values)
    file = values / "flanders" / "salary_thresholds.toml"
    text = file.read_text(encoding="utf-8")
    old = 'id = "FL-HS-2025"\ncategories = ["highlySkilled"]\namount = "48912.00"'
    assert text.count(old) == 1
    file.write_text(text.replace(old, old.replace("48912.00", "55000.00")), encoding="utf-8")
    return str(values)


# Another rule set


def test_another_rule_set_names_who_would_lose(
    permit: CommandLine, installation: Installation, dearer: str, law: Rulebook
) -> None:
    told = permit("audit", "what-if", "--rules", dearer, "--json")

    assert told.code == 0
    assert told.json["ruleSet"] == Rulebook.load(Path(dearer)).sha256
    assert told.json["baseline"] == [{"ruleSet": law.sha256, "cases": 4, "kept": True}]
    assert (told.json["standsIn"], told.json["cases"], told.json["changedCount"]) == (None, 4, 1)
    assert (told.json["withheld"], told.json["unreadableCount"]) == (0, 0)
    assert told.json["byCategory"] == [
        {
            "authority": "flanders", "category": "highlySkilled",
            "cases": 3, "winners": 0, "losers": 1, "toUndetermined": 0,
        },
        {
            "authority": "flanders", "category": "mediumSkilledOther",
            "cases": 1, "winners": 0, "losers": 0, "toUndetermined": 0,
        },
    ]  # fmt: skip
    (changed,) = told.json["changed"]
    assert (changed["case"], changed["reference"]) == (str(installation.granted), "FL-2026-0000001-23")
    assert (changed["was"], changed["becomes"], changed["rules"]) == ("met", "notMet", ["salaryThreshold"])
    assert (changed["category"], changed["decidedOn"]) == ("highlySkilled", "2026-01-20")
    assert not any(each in told.said for each in PERSONAL)


def test_the_packaged_rules_change_nothing_and_a_reading_of_them_does(permit: CommandLine) -> None:
    same = permit("audit", "what-if", "--rules", PACKAGED, "--json").json
    read = permit("audit", "what-if", "--rules", PACKAGED, "--reading", "mediumSkilled2026=scaleAndTest", "--json").json

    assert (same["cases"], same["changedCount"], same["changed"]) == (4, 0, [])
    assert (read["cases"], read["changedCount"]) == (4, 1)
    assert read["ruleSet"] != same["ruleSet"]


def test_the_last_day_that_is_named_is_included(permit: CommandLine) -> None:
    def cases(*choice: str) -> int:
        count: int = permit("audit", "what-if", "--rules", PACKAGED, *choice, "--json").json["cases"]
        return count

    assert cases("--from", "2026-01-20", "--to", "2026-01-20", "--authority", "flanders") == 4
    assert cases("--to", "2026-01-19") == 0


def test_without_json_it_is_told_in_lines(permit: CommandLine, dearer: str) -> None:
    told = permit("audit", "what-if", "--rules", dearer)

    assert re.search(r"^changed count +1$", told.output, re.MULTILINE)


def test_nothing_is_written_and_every_verdict_stays_as_it_was_recorded(
    permit: CommandLine, installation: Installation, dearer: str
) -> None:
    before = installation.fingerprint()

    permit("audit", "what-if", "--rules", dearer, "--json")
    permit("audit", "rests-on", "--rule", "FL-HS-2025", "--json")

    assert installation.fingerprint() == before
    replayed = permit("audit", "replay", "--all", "--json").json
    assert (replayed["verdicts"], replayed["identical"], replayed["otherRuleSets"]) == (9, 9, 0)


# What rests on something


def test_the_decisions_that_rest_on_a_rule_are_named(permit: CommandLine, installation: Installation) -> None:
    told = permit("audit", "rests-on", "--rule", "FL-HS-2025", "--json")

    assert (told.code, told.json["kind"], told.json["id"], told.json["decisionCount"]) == (0, "rule", "FL-HS-2025", 3)
    by_case = {each["case"]: each for each in told.json["decisions"]}
    assert set(by_case) == {str(installation.granted), str(installation.refused), str(installation.renewed)}
    assert by_case[str(installation.refused)] == {
        "case": str(installation.refused),
        "reference": "FL-2026-0000001-23",
        "version": 8,
        "event": "WorkPartDecided",
        "outcome": "refused",
        "decidedOn": "2026-01-20",
    }


@pytest.mark.parametrize(
    ("thing", "count"),
    [
        (("--answer", "t"), 4),
        (("--answer", "another-ticket"), 0),
        (("--rule", "NO-SUCH-RULE"), 0),
        (("--document", "d1" * 32), 0),
    ],
)
def test_what_nothing_rests_on_has_an_empty_list(permit: CommandLine, thing: tuple[str, str], count: int) -> None:
    told = permit("audit", "rests-on", *thing, "--json")

    assert (told.code, told.json["decisionCount"], len(told.json["decisions"])) == (0, count, count)


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("what-if",), "--rules"),
        (("what-if", "--rules", PACKAGED, "--authority", "utopia"), "no authority"),
        (("what-if", "--rules", PACKAGED, "--from", "yesterday"), "yesterday"),
        (("what-if", "--rules", PACKAGED, "--from", "2026-02-01", "--to", "2026-01-31"), "--from is after --to"),
        (("what-if", "--rules", PACKAGED, "--reading", "decidingDate"), "QUESTION=READING"),
        (("what-if", "--rules", PACKAGED, "--reading", "decidingDate=yesterday"), "decidingDate has no reading"),
        (("what-if", "--rules", "no-such-directory"), "no-such-directory"),
        (("rests-on",), "name one thing"),
        (("rests-on", "--rule", "FL-HS-2025", "--answer", "t"), "name one thing"),
        (("rests-on", "--document", "d1"), "64 lower-case hexadecimal digits"),
        (("rests-on", "--document", "D1" * 32), "64 lower-case hexadecimal digits"),
        (("rests-on", "--rule", "a rule"), "--rule is an id"),
        (("rests-on", "--answer", ""), "--answer is an id"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(permit: CommandLine, arguments: tuple[str, ...], sentence: str) -> None:
    refused = permit("audit", *arguments)

    assert (refused.code, refused.output) == (2, "")
    assert sentence in " ".join(refused.errors.split())
