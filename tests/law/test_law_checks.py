"""``permit law check``: what is wrong with law data that can be read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.law.published.law_checks import LawFinding, check_law
from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rule_sets import EARLIER, RuleSets
from domain.law.rulebook import PACKAGED_VALUES, ReadingUnknown, Rulebook

Amend = Callable[[str, str], list[LawFinding]]


@pytest.fixture
def found_after(tmp_path: Path) -> Amend:
    """What is found once one text of the packaged law has been put in the place of another."""

    def amend(old: str, new: str) -> list[LawFinding]:
        values = tmp_path / "values"
        shutil.copytree(PACKAGED_VALUES, values)
        files = [each for each in values.rglob("*.toml") if old in each.read_text(encoding="utf-8")]
        assert files, "the text to amend stands nowhere"
        for file in files[:1]:
            file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        return list(check_law(RuleSets(Rulebook.load(values))))

    return amend


def test_the_packaged_law_is_sound() -> None:
    assert check_law(RuleSets.load()) == ()


def test_a_hole_between_two_amounts_is_found_unless_a_note_tells_it(found_after: Amend) -> None:
    (finding,) = found_after('note = "No amount for nurses in 2020 was found."\n', "")

    assert (finding.check, finding.authority, finding.entry) == ("gap", "flanders", "FL-NURSE-2019")
    assert "no amount for nurse from 2020-01-01 until 2021-01-01" in finding.sentence


def test_an_amount_that_is_not_its_percentage_of_the_base_is_found(found_after: Amend) -> None:
    findings = found_after('amount = "78259.00"', 'amount = "79259.00"')

    assert {(each.check, each.entry) for each in findings} == {("percentage", "FL-EXEC-2025")}
    assert "160 per cent of 48912.00 EUR/year (FL-BASE-2025)" in findings[0].sentence


def test_a_whole_euro_of_rounding_is_a_publishers_and_no_fault() -> None:
    # 160 per cent of 48,912 is 78,259.20; publishers print 78,259.
    assert not [each for each in check_law(RuleSets.load()) if each.check == "percentage"]


def test_a_monthly_amount_is_held_to_the_cent(found_after: Amend) -> None:
    findings = found_after('amount = "3703.44"', 'amount = "3703.45"')

    assert {(each.check, each.entry) for each in findings} == {("percentage", "BR-HS-2025")}


def test_a_percentage_without_a_base_is_found(found_after: Amend) -> None:
    findings = found_after(
        'id = "BR-BASE-2025"\nbasis = "regionalAverageWage"', 'id = "BR-BASE-2025"\nbasis = "ownIndex"'
    )

    assert {each.check for each in findings} == {"percentage"}
    assert all("add a [[base_amount]]" in each.sentence for each in findings)


def test_a_source_without_an_address_that_does_not_say_so_is_found(found_after: Amend) -> None:
    (finding,) = found_after("elegis: address not kept", "elegis")

    assert (finding.check, finding.entry) == ("source", "WA-LMT")


def test_a_dispute_that_does_not_say_what_it_is_about_is_found(found_after: Amend) -> None:
    (finding,) = found_after(
        'disputed_amounts = [\n  { amount = "41739.00", source = "BAL (all three regions): https://www.bal.com/'
        'perspectives/bal-news/new-salary-thresholds-set-for-work-permit-holders/" },\n]\n',
        "",
    )

    assert (finding.check, finding.entry) == ("dispute", "FL-HS-2019")


IN_WALLONIA = 'known_from = 2024-10-01\nknown_from_basis = "assumed"\nact = "walloonDecision2024"'


@pytest.mark.parametrize(
    ("old", "new", "entry", "sentence"),
    [
        ('id = "FL-ATH-2025"\ncategories = ["athlete"]', 'id = "FL-ATH-2025"\ncategories = ["clergy"]',
         "FL-ATH-2025", "does not mention clergy"),
        ('article = "22-24/1"', 'article = "22"', "FL-CAT-SEASONAL", "is not an article of the stored act"),
        (IN_WALLONIA, IN_WALLONIA.replace("2024\"", "2019\""), "WA-LIST-2024-10", "split it by its act"),
        ('act = "swissAgreement1999"\narticle_not_found = true', 'legal_reference = "Agreement with Switzerland"',
         "FED-FREE-MOVEMENT-CH", "is a sentence: write act and article"),
    ],
)  # fmt: skip
def test_a_place_that_the_act_does_not_have_for_the_category_or_the_day_is_found(
    found_after: Amend, old: str, new: str, entry: str, sentence: str
) -> None:
    (finding,) = (each for each in found_after(old, new) if each.check == "reference")

    assert finding.entry == entry
    assert sentence in finding.sentence


def test_a_condition_under_a_reading_is_found_because_another_reading_would_switch_it_off(found_after: Amend) -> None:
    under = 'id = "FL-LEVEL-OTHER-2026"\n'
    (finding,) = found_after(under, f'{under}question = "mediumSkilled2026"\nreading = "scaleAndTest"\n')

    assert (finding.check, finding.entry) == ("reading", "FL-LEVEL-OTHER-2026")
    assert "another reading switches it off" in finding.sentence


def test_a_municipality_that_no_territory_holds_is_found(found_after: Amend) -> None:
    # given that Eupen is left out of the Community's territory
    findings = found_after('"63023", ', "")

    assert {(each.check, each.entry) for each in findings} == {("territory", "63023")}
    assert "0 territories hold Eupen" in findings[0].sentence


def test_a_municipality_that_two_territories_hold_is_found(found_after: Amend) -> None:
    findings = found_after('"63001", "63012"', '"63079", "63001", "63012"')

    assert {(each.check, each.entry) for each in findings} == {("territory", "63079")}
    assert "2 territories hold Verviers" in findings[0].sentence


def test_a_code_in_a_territory_that_no_municipality_has_is_found(found_after: Amend) -> None:
    findings = found_after('"63001", "63012"', '"63001", "63002", "63012"')

    assert {(each.check, each.entry) for each in findings} == {("territory", "DG-TERRITORY")}
    assert "no municipality has the code 63002" in findings[0].sentence


def test_a_kept_rule_set_that_was_edited_is_found(tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    shutil.copytree(EARLIER, earlier)
    file = next(earlier.rglob("salary_thresholds.toml"))
    file.write_text(file.read_text(encoding="utf-8").replace("48912.00", "48913.00"), encoding="utf-8")

    findings = check_law(RuleSets(Rulebook.load(), earlier))

    assert [each.check for each in findings] == ["earlierRuleSet"]
    assert "never edited" in findings[0].sentence


def test_every_kept_rule_set_has_the_hash_that_is_its_name() -> None:
    rule_sets = RuleSets.load()

    assert rule_sets.earlier()
    for name in rule_sets.earlier():
        kept = rule_sets.recorded(name)
        assert kept is not None
        assert kept.sha256 == name
    assert rule_sets.recorded("0" * 64) is None
    assert rule_sets.of_decision("0" * 64) is rule_sets.current


SEED = 'question = "mediumSkilled2026"\nreading = "{}"\nfrom'


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ('amount = "3703.44"', "amount = 3703.44", r"entry BR-HS-2025, key amount: .*binary float"),
        ('unit = "EUR/month"', 'unit = "EUR/week"', r"key unit: .*EUR/year, EUR/month"),
        ('basis = "regionalAverageWage"', 'bais = "regionalAverageWage"', r"key basis: the key is missing; add basis"),
        ('reading = "filedOn"\n', "", r"key question: .*write question and reading, or neither"),
        (SEED.format("projectBrief"), SEED.format("nothing"), r"key reading: no entry holds the reading 'nothing'"),
        ("below = 30", 'below = "30"', r"key below: .*write a whole number"),
    ],
)
def test_what_breaks_the_form_stops_the_loading_with_line_and_remedy(
    found_after: Amend, old: str, new: str, refusal: str
) -> None:
    with pytest.raises(LawDataUnusable, match=rf"\.toml, line \d+, .*{refusal}"):
        found_after(old, new)


SELECTED = '[[selected_reading]]\nid = "FL-MEDIUM-SKILLED-2026"\nquestion = "mediumSkilled2026"'


def test_a_question_without_a_selected_reading_is_refused(found_after: Amend) -> None:
    with pytest.raises(LawDataUnusable, match=r"no reading of 'mediumSkilled2026' is selected"):
        found_after(SELECTED, SELECTED.replace("mediumSkilled2026", "decidingDate2"))


def test_a_reading_that_is_not_loaded_is_refused_naming_those_that_are() -> None:
    with pytest.raises(ReadingUnknown, match="projectBrief, scaleAndTest"):
        Rulebook.load(readings={"mediumSkilled2026": "neither"})
    with pytest.raises(ReadingUnknown, match="no such question"):
        Rulebook.load(readings={"weather": "fine"})
