"""The list of municipalities: counted on the days that are known, every merger, and what the reading refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.places.municipalities import PACKAGED, Municipalities, municipalities
from domain.places.municipality_rows import MunicipalitiesUnusable

FIRST, LAST = municipalities().complete_from, date(2030, 12, 31)
CODES = tuple(each.code for each in municipalities())

MERGED_2019: Mapping[str, tuple[str, ...]] = {
    "12041": ("12030", "12034"), "44083": ("44011", "44049"), "44084": ("44001", "44029"),
    "44085": ("44036", "44072", "44080"), "45068": ("45017", "45057"), "72042": ("71047", "72040"),
    "72043": ("72025", "72029"),
}  # fmt: skip
"""Seven mergers of 2019, all Flemish."""

RENUMBERED_2019 = {
    "51067": "55010", "51068": "55039", "51069": "55023", "55085": "52063", "55086": "52043", "57096": "54007",
    "57097": "54010", "58001": "55022", "58002": "56011", "58003": "56085", "58004": "56087",
}  # fmt: skip
"""Eleven municipalities of Hainaut that changed district, and with it their code."""

MERGED_2025: Mapping[str, tuple[str, ...]] = {
    "11002": ("11007",), "23106": ("23023", "23024", "23032"), "37021": ("37012", "37018"),
    "37022": ("37007", "37015"), "44086": ("44012", "44048"), "44087": ("44034", "44073"),
    "44088": ("44040", "44043"), "46029": ("44045", "46014"), "46030": ("11056", "46003", "46013"),
    "71071": ("71057", "71069"), "71072": ("71022", "73040"), "73110": ("73006", "73032"),
    "73111": ("73009", "73083"),
}  # fmt: skip
BASTOGNE = {"82039": ("82003", "82005")}


@pytest.mark.parametrize(
    ("day", "all_of_them", "flanders", "wallonia"),
    [
        (date(2018, 12, 31), 589, 308, 262),
        (date(2019, 1, 1), 581, 300, 262),
        (date(2024, 12, 1), 581, 300, 262),
        # Bastogne and Bertogne are one a month before the Flemish mergers.
        (date(2024, 12, 2), 580, 300, 261),
        (date(2025, 1, 1), 565, 285, 261),
        (date(2026, 1, 20), 565, 285, 261),
    ],
)
def test_there_are_as_many_as_the_statistical_office_counts(
    day: date, all_of_them: int, flanders: int, wallonia: int
) -> None:
    found = Counter(each.region for each in municipalities().on(day))
    assert found == {"flanders": flanders, "wallonia": wallonia, "brussels": 19}
    assert found.total() == all_of_them


@pytest.mark.parametrize(
    ("mergers", "last_day"),
    [
        (MERGED_2019, date(2018, 12, 31)),
        ({new: (old,) for new, old in RENUMBERED_2019.items()}, date(2018, 12, 31)),
        (MERGED_2025, date(2024, 12, 31)),
        (BASTOGNE, date(2024, 12, 1)),
    ],
)
def test_every_merger_leads_from_its_old_codes_to_the_new_one(
    mergers: Mapping[str, tuple[str, ...]], last_day: date
) -> None:
    listed, next_day = municipalities(), last_day + timedelta(days=1)
    for new, old in mergers.items():
        assert tuple(each.code for each in listed.merged_into(new)) == old
        for code in old:
            ended = listed.find(code)
            assert ended is not None
            assert (ended.last_day, ended.successor) == (last_day, new)
            before, after = listed.as_of(code, last_day), listed.as_of(code, next_day)
            assert (before and before.code, after and after.code) == (code, new)


def test_no_other_code_ever_ended() -> None:
    ended = {each.code for each in municipalities() if each.last_day is not None}
    merged = {old for group in (MERGED_2019, MERGED_2025, BASTOGNE) for olds in group.values() for old in olds}
    assert ended == merged | set(RENUMBERED_2019.values())


@given(st.sampled_from(CODES), st.dates(FIRST, LAST))
def test_every_code_of_every_day_lies_in_one_region_under_one_code(code: str, day: date) -> None:
    found = [each for each in municipalities().on(day) if each.code == code]
    assert len(found) <= 1
    assert [each.region in ("flanders", "brussels", "wallonia") for each in found] == [True] * len(found)
    now = municipalities().as_of(code, day)
    held = municipalities().find(code)
    assert held is not None
    assert municipalities().holds(code, day) is (now is not None and now.code == code)
    # and a place never moves into another region, whatever becomes of its code
    assert now is None or now.region == held.region


@given(st.sampled_from(CODES), st.dates(FIRST, LAST), st.dates(FIRST, LAST))
def test_following_a_code_in_two_steps_leads_where_one_step_does(code: str, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    listed = municipalities()
    halfway = listed.as_of(code, earlier)
    if halfway is not None:
        assert listed.as_of(halfway.code, later) == listed.as_of(code, later)


@pytest.mark.parametrize("code", ["19999", "00000", "99999", "1100", "110022", ""])
def test_a_code_that_never_was_is_no_municipality(code: str) -> None:
    assert municipalities().find(code) is None
    assert municipalities().as_of(code, date(2026, 1, 1)) is None
    assert not municipalities().holds(code, date(2026, 1, 1))


def test_names_are_those_of_each_language_and_else_the_own_one() -> None:
    liege, pajottegem, bastogne = (municipalities().find(code) for code in ("62063", "23106", "82039"))
    assert liege is not None
    assert pajottegem is not None
    assert bastogne is not None
    assert [liege.name(each) for each in ("nl", "fr", "de", "en")] == ["Luik", "Liège", "Lüttich", "Liège"]
    assert {pajottegem.name(each) for each in ("nl", "fr", "de", "en")} == {"Pajottegem"}
    assert (bastogne.name("nl"), bastogne.name("en")) == ("Bastenaken", "Bastogne")


HEAD = 'complete_from = 1988-01-01\nedition = 2025-01-01\nsources = ["a list"]\n[municipality]\n'
GHENT = '44021 = { region = "flanders", nl = "Gent", fr = "Gand" }\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (HEAD.replace("edition = 2025-01-01\n", "") + GHENT, "its keys are others"),
        (HEAD.replace('["a list"]', "[]") + GHENT, "key sources"),
        (HEAD.replace("1988-01-01", '"1988"') + GHENT, "key complete_from: it is not a day"),
        (HEAD + GHENT.replace("44021", "4402"), "4402, key municipality"),
        (HEAD + GHENT.replace("region", "province"), "44021, key province: this key is unknown"),
        (HEAD + GHENT.replace('"flanders"', '"limburg"'), "44021, key region: it is unknown"),
        (HEAD + GHENT.replace(', fr = "Gand"', ""), "44021, key name: a name is missing"),
        (HEAD + GHENT.replace("nl =", 'name = "Gent", nl ='), "44021, key name: there are names by language"),
        (HEAD + GHENT.replace('"Gent"', '" "'), "44021, key nl: it is not a text"),
        (HEAD + GHENT.replace("region", "last_day = 2024-12-31, region"), "an end and a successor go together"),
        (HEAD + GHENT.replace("region", 'from = 2025-01-02, last_day = 2025-01-01, successor = "44021", region'),
         "44021, key last_day: it lies before the first day"),
        (HEAD + GHENT.replace("region", 'last_day = 2024-12-31, successor = "44022", region'),
         "44021, key successor: no such code is in force on the day after"),
        (HEAD + GHENT.replace("region", 'last_day = 2024-12-31, successor = "21004", region')
         + '21004 = { region = "brussels", name = "Bruxelles" }\n', "44021, key successor: it lies in another region"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_refused_with_the_place(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "municipalities.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(MunicipalitiesUnusable) as refused:
        Municipalities.load(file)
    assert named in str(refused.value)


def test_the_packaged_list_names_its_sources() -> None:
    head = PACKAGED.read_text(encoding="utf-8").partition("[municipality]")[0]
    assert head.count("Statbel") >= 3
    assert "CC BY 4.0" in head
