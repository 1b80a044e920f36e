"""``permit law show``: an amount with its dates and source, or plainly that there is none."""

import re
import shutil
from pathlib import Path

from api.cli.readable import words
from domain.law.rulebook import PACKAGED_VALUES
from tests.cli.conftest import CommandLine

PUBLISHED_UNTIL_2026 = """
[[salary_threshold]]
id = "FL-VOLUNTEER-2026"
categories = ["volunteer"]
amount = "20000.00"
unit = "EUR/year"
basis = "ownIndex"
published_until = 2026-12-31
from = 2026-01-01
known_from = 2026-01-01
known_from_basis = "assumed"
act = "flemishDecision2018"
article_not_found = true
sources = ["publisher: https://law.example/1"]
confidence = "confirmed"
"""


def test_a_threshold_is_shown_with_its_dates_article_and_source(permit: CommandLine) -> None:
    shown = permit("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01", "--json")

    assert shown.code == 0
    assert (shown.json["amount"], shown.json["unit"]) == ("48912.00", "EUR/year")
    assert shown.json["from"] <= "2026-03-01"
    assert "art. 17" in shown.json["legalReference"]
    assert shown.json["source"]
    assert shown.json["confidence"]


def test_people_read_the_same_line_by_line(permit: CommandLine) -> None:
    asked = ("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01")
    as_json = permit(*asked, "--json").json
    lines = dict(re.split(" {2,}", line, maxsplit=1) for line in permit(*asked).output.splitlines())
    written = {words(name): "-" if value is None else value for name, value in as_json.items()}
    # the article as pages and findings cite it, where the JSON has its code
    assert as_json["legalReference"] == "flemishDecision2018 art. 17, 1"
    cited = "Decision of the Flemish Government of 7 December 2018, art. 17, 1°"
    assert lines == written | {"legal reference": cited}


def test_what_was_not_known_yet_is_left_out(permit: CommandLine) -> None:
    # given the amount of 2026 for under-thirties and the day from which it is known
    asked = ("law", "show", "flanders", "highlySkilled", "--on", "2026-03-01", "--json")
    known_from = permit(*asked).json["knownFrom"]
    # when the same day is asked as known long before
    before = permit(*asked, "--known-on", "2001-01-01").json
    # then
    assert permit(*asked, "--known-on", known_from).json["amount"] == "48912.00"
    assert before["amount"] is None
    assert before["verdict"] == "undetermined"


def test_nothing_in_force_is_said_and_is_no_error(permit: CommandLine) -> None:
    shown = permit("law", "show", "flanders", "highlySkilled", "--on", "1999-03-01", "--json")
    assert shown.code == 0
    assert (shown.json["amount"], shown.json["verdict"]) == (None, "undetermined")
    assert shown.json["reason"] == "noAmountInForce"


def test_an_unknown_authority_or_category_or_day_is_wrong_use(permit: CommandLine) -> None:
    for arguments, named in (
        (("atlantis", "highlySkilled", "--on", "2026-03-01"), "not one of 'flanders', 'brussels'"),
        (("flanders", "highlyskilled", "--on", "2026-03-01"), "is no category"),
        (("flanders", "highlySkilled", "--on", "2026-02-30"), "2026-02-30"),
        (("flanders", "highlySkilled"), "--on"),
    ):
        refused = permit("law", "show", *arguments)
        assert (refused.code, refused.output) == (2, "")
        assert named in refused.errors


def test_the_packaged_law_is_sound(permit: CommandLine) -> None:
    checked = permit("law", "check", "--json")

    assert (checked.code, checked.json["sound"], checked.json["findings"]) == (0, True, [])
    assert checked.json["provisions"] > 300
    assert len(checked.json["earlierRuleSets"]) >= 1


def test_a_finding_in_other_law_is_told_and_ends_with_1(permit: CommandLine, tmp_path: Path) -> None:
    rules = other_law(tmp_path, 'amount = "78259.00"', 'amount = "79259.00"')

    checked = permit("law", "check", "--rules", str(rules))

    assert checked.code == 1
    assert "percentage: flanders FL-EXEC-2025" in checked.output


def test_an_amount_that_nobody_has_published_yet_is_noted_and_is_no_fault(permit: CommandLine, tmp_path: Path) -> None:
    rules = tmp_path / "values"
    shutil.copytree(PACKAGED_VALUES, rules)
    (rules / "flanders" / "indexed.toml").write_text(PUBLISHED_UNTIL_2026, encoding="utf-8")

    def noted(day: str) -> set[str]:
        checked = permit("law", "check", "--rules", str(rules), "--on", day, "--json")
        assert (checked.code, checked.json["sound"], checked.json["notedOn"]) == (0, True, day)
        return {each["entry"] for each in checked.json["notes"]}

    assert "FL-VOLUNTEER-2026" not in noted("2026-11-29")
    assert "FL-VOLUNTEER-2026" in noted("2026-11-30")
    told = permit("law", "check", "--rules", str(rules), "--on", "2027-03-01")
    assert told.code == 0
    assert "no amount is published for volunteer from 2027-01-01 on" in told.output
    assert told.output.endswith("the law data are sound\n")


def test_law_that_cannot_be_read_is_named_with_file_line_and_remedy(permit: CommandLine, tmp_path: Path) -> None:
    rules = other_law(tmp_path, 'amount = "78259.00"', "amount = 78259.0")

    for command in (("check",), ("show", "flanders", "executive", "--on", "2025-06-01")):
        refused = permit("law", *command, "--rules", str(rules))
        assert (refused.code, refused.output) == (2, "")
        assert "flanders/salary_thresholds.toml, line " in refused.errors
        assert "write it as a string with two decimals" in refused.errors


def test_disputed_amounts_are_shown_beside_the_one_that_applies(permit: CommandLine) -> None:
    shown = permit("law", "show", "flanders", "highlySkilled", "--on", "2019-03-01", "--json").json

    assert (shown["amount"], shown["confidence"]) == ("41868.00", "disputed")
    assert [each["amount"] for each in shown["otherValues"]] == ["41739.00"]


def test_federal_law_can_be_asked_and_has_no_thresholds(permit: CommandLine) -> None:
    shown = permit("law", "show", "federal", "highlySkilled", "--on", "2026-03-01", "--json")

    assert (shown.code, shown.json["amount"]) == (0, None)


def test_the_whole_law_is_printed_as_a_page(permit: CommandLine) -> None:
    page = permit("law", "document").output

    assert page.startswith("# The law")
    assert "| FL-HS-2025 |" in page


def other_law(directory: Path, old: str, new: str) -> Path:
    """The packaged law with one text put in the place of another."""
    values = directory / "values"
    shutil.copytree(PACKAGED_VALUES, values)
    file = next(each for each in values.rglob("*.toml") if old in each.read_text(encoding="utf-8"))
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return values
