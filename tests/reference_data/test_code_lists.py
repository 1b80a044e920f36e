"""A code list is read whole, in four languages, or refused with the place and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from api.words.code_lists import CodeLists, CodeUnknown
from domain.law.readers.entry_reader import LawDataUnusable

WriteList = Callable[..., Path]

GOOD = """
[[list]]
id = "colours"
nl = "Kleuren"
fr = "Couleurs"
de = "Farben"
en = "Colours"

[[code]]
id = "red"
nl = "rood"
fr = "rouge"
de = "rot"
en = "red"
description_nl = "De kleur van een stopbord."
description_fr = "La couleur du panneau stop."
description_de = "Die Farbe eines Stoppschilds."
description_en = "The colour of a stop sign."
since = 2020-01-01
until = 2026-01-01

[[code]]
id = "dark-blue"
nl = "donkerblauw"
fr = "bleu foncé"
de = "dunkelblau"
en = "dark blue"
"""


@pytest.fixture
def write_list(tmp_path: Path) -> WriteList:
    """Write ``text`` as a file of code lists; answers with the directory to load."""

    def write(text: str, name: str = "colours.toml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_code_has_a_label_in_every_language(write_list: WriteList) -> None:
    lists = CodeLists.load(write_list(GOOD))

    assert lists.list_names == ("colours",)
    assert [lists.label("colours", "dark-blue", language) for language in ("nl", "fr", "de", "en")] == [
        "donkerblauw",
        "bleu foncé",
        "dunkelblau",
        "dark blue",
    ]


def test_a_code_may_be_explained_and_be_in_use_for_a_time(write_list: WriteList) -> None:
    lists = CodeLists.load(write_list(GOOD))
    colours = lists.code_list("colours")
    assert colours is not None
    red, blue = colours.codes.values()

    assert lists.description("colours", "red", "en") == "The colour of a stop sign."
    assert (red.since, red.until) == (date(2020, 1, 1), date(2026, 1, 1))
    assert lists.description("colours", "dark-blue", "en") is None
    assert (blue.since, blue.until) == (None, None)


def test_codes_keep_the_order_of_the_file(write_list: WriteList) -> None:
    colours = CodeLists.load(write_list(GOOD)).code_list("colours")
    assert colours is not None
    assert list(colours.codes) == ["red", "dark-blue"]


def test_what_no_list_has_is_an_error_of_the_program(write_list: WriteList) -> None:
    lists = CodeLists.load(write_list(GOOD))
    assert lists.code_list("sounds") is None
    for asked, named in (
        (("sounds", "red", "nl"), "sounds"),
        (("colours", "green", "nl"), "green"),
        (("colours", "red", "es"), "nl, fr, de, en"),
    ):
        with pytest.raises(CodeUnknown, match=named):
            lists.label(*asked)


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('fr = "rouge"\n', "", "fr", "add fr"),
        ('de = "Farben"\n', "", "de", "add de"),
        ('description_de = "Die Farbe eines Stoppschilds."\n', "", "description_de", "add description_de"),
        ('fr = "rouge"', 'fr = ""', "fr", "not empty"),
        ('fr = "rouge"', "fr = 3", "fr", "not empty"),
        ('fr = "rouge"', 'fr = "rouge "', "fr", "single spaces"),
        ('fr = "rouge"', 'fr = "rouge  vif"', "fr", "single spaces"),
        ('fr = "rouge"', 'fr = "rouge\\nvif"', "fr", "one line"),
        ('en = "red"', 'en = "red"\nes = "rojo"', "es", "use only"),
        ('en = "Colours"', 'en = "Colours"\nes = "Colores"', "es", "use only"),
        ('id = "red"', 'id = "bright red"', "id", "letters and digits"),
        ('id = "red"', 'id = "../red"', "id", "letters and digits"),
        ('id = "colours"', 'id = "Colours"', "id", "lowerCamelCase"),
        ('id = "dark-blue"', 'id = "red"', "code", "keep one"),
        ("until = 2026-01-01", "until = 2020-01-01", "until", "first day out of use"),
        ("since = 2020-01-01", 'since = "2020-01-01"', "since", "TOML date"),
        ("[[list]]", "[[lists]]", "lists", "[[list]], [[code]]"),
        ("[[code]]", "[[list]]", "list", "exactly one"),
        ("[[list]]", "[[code]]", "list", "exactly one"),
        (GOOD[GOOD.index("[[code]]") :], "", "code", "at least one"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(
    write_list: WriteList, old: str, new: str, key: str, remedy: str
) -> None:
    assert old in GOOD
    with pytest.raises(LawDataUnusable) as refused:
        CodeLists.load(write_list(GOOD.replace(old, new)))
    assert (refused.value.file, refused.value.key) == ("colours.toml", key)
    assert remedy in refused.value.remedy


def test_two_files_with_the_same_list_are_refused(write_list: WriteList) -> None:
    write_list(GOOD)
    with pytest.raises(LawDataUnusable, match="colours in another file"):
        CodeLists.load(write_list(GOOD, "more.toml"))


def test_a_directory_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawDataUnusable, match="no code list"):
        CodeLists.load(tmp_path)
