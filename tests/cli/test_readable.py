"""A document for people: lines and tables, whole whatever the width, numbers under each other."""

from __future__ import annotations

import pytest

from api.cli.readable import readable, table, words


def test_values_stand_in_lines_and_lists_in_tables() -> None:
    assert (
        readable(
            {
                "transport": "inProcess",
                "relay": None,
                "consumers": [
                    {"name": "crossroads-intake", "position": 12, "lagSeconds": 0.5},
                    {"name": "legacy", "position": 1_204, "lagSeconds": 12.125},
                ],
                "work": {"open": 3, "sound": True, "kinds": ["a", "b"]},
                "deadLetters": [],
            }
        )
        == """\
transport     inProcess
relay         -
dead letters  none
consumers
  name               position  lag seconds
  crossroads-intake        12        0.500
  legacy                 1204       12.125
work
  open   3
  sound  yes
  kinds  a, b"""
    )


def test_rows_that_hold_tables_of_their_own_are_paragraphs() -> None:
    rows = [{"authority": each, "steps": [{"step": "frozen", "by": "jan"}]} for each in ("brussels", "wallonia")]
    paragraph = "  authority  {}\n  steps\n    step    by\n    frozen  jan"
    both = "\n\n".join(paragraph.format(each) for each in ("brussels", "wallonia"))
    assert readable({"authorities": rows}) == f"authorities\n{both}"


@pytest.mark.parametrize("value", ["x" * 500, "two\nlines", "[red]é€", None, "", {}, ["one"], {"a": {"b": 1}}])
def test_nothing_is_cut_off_and_every_row_is_one_line(value: object) -> None:
    lines = table([{"name": "a", "value": value}, {"name": "b", "value": 1}]).splitlines()
    assert len(lines) == 3
    if isinstance(value, str):
        assert " ".join(value.splitlines()) in lines[1]


def test_names_of_json_become_words_and_codes_stay() -> None:
    assert [words(each) for each in ("lagSeconds", "upTo", "german-community")] == [
        "lag seconds",
        "up to",
        "german-community",
    ]
    assert readable({}) == table([]) == ""
