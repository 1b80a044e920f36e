"""A law file that is not understood stops the start: the message names file, entry, key and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rulebook import Rulebook
from tests.law.small_laws import entry, origin, threshold

WriteLaw = Callable[..., Path]

ORIGIN = origin("2025-01-01")
GOOD = threshold("HS-2025", "48912.00", origin("2025-01-01", last_day="2025-12-31"), 'percentage = "100"')
LATER = GOOD.replace("HS-2025", "HS-2026").replace("2025-", "2026-")
CATEGORY_RULE = entry(
    "category_rule",
    """
id = "RULE"
categories = ["highlySkilled"]
pay_test = "threshold"
labour_market_test = "notRequired"
combination = "each"
""",
    ORIGIN,
)
EMPLOYER = entry(
    "employer_age",
    """
id = "AGE"
categories = ["all"]
least = "P36M"
required = true
refusal = "may"
""",
    origin("2025-01-01", article="12-14"),
)
CONTRACT = entry(
    "contract_content",
    """
id = "CONTENT"
categories = ["all"]
contracts = ["belgian"]
elements = ["wage", "parties"]
required = true
""",
    origin("2025-01-01", article=None),
)


@pytest.mark.parametrize(
    ("law", "old", "new", "key", "remedy"),
    [
        (EMPLOYER, 'refusal = "may"\n', "", "refusal", "add refusal"),
        (EMPLOYER, 'refusal = "may"', 'refusal = "could"', "refusal", "must"),
        (EMPLOYER, 'least = "P36M"', 'least = "three years"', "least", "P60D"),
        (EMPLOYER, "employer_age", "employer_condition", "condition", "add condition"),
        (EMPLOYER, '["all"]', '["all", "nurse"]', "categories", "name the categories"),
        (CONTRACT, '"wage", ', '"colour", ', "elements", "jointCommittee"),
        (CONTRACT, 'contracts = ["belgian"]\n', "", "contracts", "add contracts"),
    ],
)
def test_a_ground_of_refusal_that_is_not_understood_is_refused(
    write_law: WriteLaw, law: str, old: str, new: str, key: str, remedy: str
) -> None:
    Rulebook.load(write_law(law))

    with pytest.raises(LawDataUnusable) as refused:
        Rulebook.load(write_law(law.replace(old, new)))

    assert refused.value.key == key
    assert remedy in str(refused.value)


def test_good_law_that_follows_on_without_overlap_is_accepted(write_law: WriteLaw) -> None:
    Rulebook.load(write_law(GOOD + LATER + CATEGORY_RULE))


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('amount = "48912.00"', "amount = 48912.00", "amount", '"48912.00"'),
        ('amount = "48912.00"', "amount = 48912", "amount", '"48912.00"'),
        ('amount = "48912.00"', 'amount = "48.912,00"', "amount", '"48912.00"'),
        ('amount = "48912.00"', 'amount = "-48912.00"', "amount", '"48912.00"'),
        ('percentage = "100"', "percentage = 1.0", "percentage", "as a string"),
        ('unit = "EUR/year"', 'unit = "USD/year"', "unit", "EUR/year"),
        ('["highlySkilled"]', '["wizard"]', "categories", "highlySkilled"),
        ('["highlySkilled"]', "[]", "categories", "at least one"),
        ('["highlySkilled"]', '["nurse", "nurse"]', "categories", "none of them twice"),
        ('sources = ["a source"]\n', "", "sources", "add sources"),
        ('sources = ["a source"]', "sources = []", "sources", "at least one"),
        ('sources = ["a source"]', 'sources = [" "]', "sources", "at least one"),
        ('act = "flemishDecision2018"\n', "", "act", "add act"),
        ('article = "17"\n', "", "article", "article_not_found = true"),
        ('article = "17"', 'article = "art. 17"', "article", "61/25-1"),
        ('act = "flemishDecision2018"', 'act = "Decision of 2018"', "act", "flemishDecision2018"),
        ('article = "17"', 'article = "17"\narticle_not_found = true', "article", "one of the two"),
        ('"confirmed"', '"certain"', "confidence", "single-source"),
        ('basis = "statbelAverageWage"', 'basis = "guess"', "basis", "ownIndex"),
        ("\nfrom = 2025-01-01", '\nfrom = "2025-01-01"', "from", "TOML date"),
        ("\nfrom = 2025-01-01", "\nfrom = 2025-01-01T00:00:00", "from", "TOML date"),
        ("last_day = 2025-12-31", "last_day = 2024-12-31", "last_day", "on or after"),
        ("last_day = 2025-12-31", "until = 2025-12-31", "until", "use only"),
        ("known_from = 2025-01-01", "known_from = 2025-02-01", "known_from", "published"),
        ('confidence = "confirmed"', 'confidence = "confirmed"\nsupersedes = ["X"]', "supersedes", "exists"),
        (
            'confidence = "confirmed"',
            'confidence = "confirmed"\nlater_confidence = 1',
            "later_confidence",
            "{",
        ),
    ],
)
def test_a_bad_entry_is_refused_by_name(write_law: WriteLaw, old: str, new: str, key: str, remedy: str) -> None:
    assert old in GOOD

    with pytest.raises(LawDataUnusable) as refused:
        Rulebook.load(write_law(GOOD.replace(old, new), name="thresholds.toml"))

    message = str(refused.value)
    line = refused.value.line
    assert message.startswith(f"flanders/thresholds.toml, line {line}, entry HS-2025, key {key}: ")
    text = GOOD.replace(old, new).splitlines()
    assert line is not None
    assert key in text[line - 1] or text[line - 1].startswith("[[salary_threshold]]")
    assert remedy in refused.value.remedy
    assert (refused.value.file, refused.value.entry, refused.value.key) == (
        "flanders/thresholds.toml",
        "HS-2025",
        key,
    )


def test_an_overlap_is_refused_naming_both_entries(write_law: WriteLaw) -> None:
    overlapping = GOOD.replace("last_day = 2025-12-31", "last_day = 2026-01-01")

    with pytest.raises(LawDataUnusable, match=r"entry HS-2026, key from: it overlaps HS-2025"):
        Rulebook.load(write_law(overlapping + LATER))


def test_an_open_end_overlaps_whatever_follows(write_law: WriteLaw) -> None:
    with pytest.raises(LawDataUnusable, match="overlaps"):
        Rulebook.load(write_law(GOOD.replace("last_day = 2025-12-31\n", "") + LATER))


def test_an_overlap_across_two_files_is_refused(write_law: WriteLaw) -> None:
    write_law(GOOD, name="a.toml")

    with pytest.raises(LawDataUnusable, match=r"flanders/b.toml, line \d+, entry OTHER, .*overlaps HS-2025"):
        Rulebook.load(write_law(GOOD.replace("HS-2025", "OTHER"), name="b.toml"))


def test_a_repeated_id_is_refused(write_law: WriteLaw) -> None:
    with pytest.raises(LawDataUnusable, match=r"entry HS-2025, key id: .*id of its own"):
        Rulebook.load(write_law(GOOD + LATER.replace("HS-2026", "HS-2025")))


def test_only_what_was_known_before_can_be_superseded(write_law: WriteLaw) -> None:
    backwards = GOOD.replace('"HS-2025"', '"HS-2025"\nsupersedes = ["HS-2026"]')

    with pytest.raises(LawDataUnusable, match=r"entry HS-2025, key supersedes: .*not known earlier"):
        Rulebook.load(write_law(backwards + LATER))


def test_a_missing_id_is_named_by_its_place(write_law: WriteLaw) -> None:
    with pytest.raises(LawDataUnusable, match=r"entry salary_threshold number 2, key id"):
        Rulebook.load(write_law(GOOD + LATER.replace('id = "HS-2026"\n', "")))


def test_only_a_salary_threshold_may_lack_its_first_day(write_law: WriteLaw) -> None:
    with pytest.raises(LawDataUnusable, match=r"entry RULE, key from: the key is missing; add from"):
        Rulebook.load(write_law(CATEGORY_RULE.replace("\nfrom = 2025-01-01", "")))


def test_an_alternative_needs_a_second_test(write_law: WriteLaw) -> None:
    with pytest.raises(LawDataUnusable, match=r"entry RULE, key combination"):
        Rulebook.load(write_law(CATEGORY_RULE.replace('"each"', '"either"')))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[salary_threshold]\n", "no TOML .*line 1"),
        ("[[wizardry]]\nid = 'x'\n", r"key wizardry: .*\[\[salary_threshold\]\]"),
        ("remark = 'x'\n", "key remark"),
        ("salary_threshold = [1]\n", "salary_threshold number 1: 1 is no table"),
    ],
)
def test_a_file_of_another_form_is_refused(write_law: WriteLaw, text: str, says: str) -> None:
    with pytest.raises(LawDataUnusable, match=rf"(?s)^flanders/law.toml.*{says}"):
        Rulebook.load(write_law(text))


def test_publication_for_a_number_of_months_is_refused(write_law: WriteLaw) -> None:
    terms = (
        CATEGORY_RULE.replace("category_rule", "labour_market_test")
        .replace('pay_test = "threshold"\nlabour_market_test = "notRequired"\ncombination = "each"', "")
        .replace('id = "RULE"', 'id = "LMT"\nchannels = ["VDAB"]\npublication = "P2M"\nwithin = "P4M"')
    )

    with pytest.raises(LawDataUnusable, match=r"entry LMT, key publication: .*P9W"):
        Rulebook.load(write_law(terms))


def test_an_unknown_authority_and_an_empty_directory_are_refused(write_law: WriteLaw, tmp_path: Path) -> None:
    with pytest.raises(LawDataUnusable, match="no authority"):
        Rulebook.load(write_law(GOOD, authority="atlantis"))
    with pytest.raises(LawDataUnusable, match="no law in this directory"):
        Rulebook.load(tmp_path / "nothing")


ORDER = """
[[competence_order]]
id = "ORDER"
categories = ["all"]
by = ["establishmentUnit", "registeredOffice", "activity"]
by_worker = ["residence"]
from = 2019-01-01
known_from = 2019-01-01
known_from_basis = "assumed"
act = "cooperationAgreement2018"
article = "7-8"
sources = ["a source"]
confidence = "confirmed"
"""


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"activity"', '"workplace"', "by"),
        ('["residence"]', '["domicile"]', "by_worker"),
        ('["residence"]', "[]", "by_worker"),
        # Without a word on who files an order is one of the earlier rule sets, with their words.
        ('by_worker = ["residence"]\n', "", "by"),
    ],
)
def test_an_order_of_competence_with_a_link_that_nobody_knows_is_refused(
    write_law: WriteLaw, old: str, new: str, key: str
) -> None:
    Rulebook.load(write_law(ORDER))
    with pytest.raises(LawDataUnusable) as refused:
        Rulebook.load(write_law(ORDER.replace(old, new)))
    assert (refused.value.entry, refused.value.key) == ("ORDER", key)


OF_ALL = """
from = 2025-01-01
known_from = 2025-01-01
known_from_basis = "assumed"
article_not_found = true
sources = ["a source"]
confidence = "confirmed"
"""
EXEMPTION = '[[fee_exemption]]\nid = "EXEMPT"\n'
DURATION = '[[permit_duration]]\nid = "LASTS"\ncategories = ["euBlueCard"]\n'


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (EXEMPTION, "entry EXEMPT, key nationalities: .*write one"),
        (
            EXEMPTION + 'nationalities = ["TR"]\ncircumstances = ["residenceExtended"]',
            "entry EXEMPT, key nationalities: .*write one",
        ),
        (EXEMPTION + 'nationalities = ["Turkish"]', "entry EXEMPT, key nationalities: .*ISO 3166-1"),
        (EXEMPTION + 'circumstances = ["goodWeather"]', "entry EXEMPT, key circumstances: 'goodWeather'"),
        (DURATION, "entry LASTS, key most: the duration is not stated"),
        (DURATION + 'least = "P24M"', "entry LASTS, key least: a shorter contract"),
        (DURATION + 'most = "three years"', "entry LASTS, key most"),
        ('[[retention]]\nid = "LOG"\nrecords = ["diary"]\nkeep = "P10Y"\nonline = "P6M"', "entry LOG, key records"),
        ('[[duty]]\nid = "DUTY"\nduty = "smile"\napplication = "applied"', "entry DUTY, key duty: 'smile'"),
    ],
)
def test_an_exemption_a_duration_or_a_duty_that_says_nothing_clear_is_refused(
    write_law: WriteLaw, entry: str, says: str
) -> None:
    with pytest.raises(LawDataUnusable, match=says):
        Rulebook.load(write_law(entry + OF_ALL))
