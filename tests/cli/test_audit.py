"""``permit audit``: 0 when all is as it was written, 1 for a finding, 2 for wrong use."""

import pytest

from tests.cli.conftest import CANARIES, CommandLine, SmallJournal
from tests.world.stored_bodies import change_clear_text

pytestmark = pytest.mark.server


def test_an_untouched_journal_is_sound(permit: CommandLine, filed: SmallJournal) -> None:
    verified = permit("audit", "verify", "--json")
    assert verified.code == 0
    assert (verified.json["sound"], verified.json["size"], verified.json["cases"]) == (True, filed.size, 2)
    assert verified.json["findings"] == []

    replayed = permit("audit", "replay", "--all", "--json")
    assert replayed.code == 0
    assert replayed.json["verdicts"] == replayed.json["identical"] == 2


def test_what_is_not_compared_with_an_earlier_root_says_so_first(permit: CommandLine, filed: SmallJournal) -> None:
    alone = permit("audit", "verify").said.splitlines()
    assert alone[0].startswith("compared with no earlier root")
    assert "every leaf, link and position fits the others" in alone
    # when the root of that verification is given to the next
    told = permit("audit", "verify", "--json").json
    compared = permit("audit", "verify", "--size", str(told["size"]), "--root", told["root"]).said.splitlines()
    assert compared[0].startswith("single-permit")
    assert "every leaf, link and position fits the others, and those of then" in compared
    assert (told["compared"], told["sound"]) == (False, True)


def test_a_body_that_was_changed_is_named(permit: CommandLine, filed: SmallJournal) -> None:
    # given somebody who changes the second event past the program
    filed.tamper("update journal set body = convert_to('{}', 'utf8') where position = 2")
    # then
    verified = permit("audit", "verify", "--json")
    assert verified.code == 1
    assert verified.json["sound"] is False
    assert (verified.json["findings"][0]["position"], verified.json["findings"][0]["case"]) == (2, str(filed.cases[0]))
    in_words = permit("audit", "verify")
    assert in_words.code == 1
    assert f"BAD position 2, case {filed.cases[0]}" in in_words.output


def test_a_verdict_that_was_turned_round_is_named_and_tells_nobodys_pay(
    permit: CommandLine, filed: SmallJournal
) -> None:
    # given a refusal to be made of the pay that suffices
    change_clear_text(
        filed.url,
        filed.cases[0],
        lambda text: text.replace(b'"verdict":"met"', b'"verdict":"notMet"'),
        types=("SalaryVerified",),
    )
    # when
    replayed = permit("audit", "replay", "--all", "--json")
    # then
    assert replayed.code == 1
    assert (replayed.json["differentCount"], replayed.json["identical"]) == (1, 1)
    (different,) = replayed.json["different"]
    assert (different["case"], different["event"]) == (str(filed.cases[0]), "SalaryVerified")
    assert different["differences"]
    assert permit("audit", "replay", str(filed.cases[0]), "--json").code == 1
    assert permit("audit", "replay", str(filed.cases[1]), "--json").code == 0
    in_words = permit("audit", "replay", str(filed.cases[0]))
    assert not any(canary in said for said in (replayed.said, in_words.said) for canary in CANARIES)


def test_a_case_that_cannot_be_read_is_a_finding(permit: CommandLine, filed: SmallJournal) -> None:
    filed.tamper("update journal set body = '{}' where stream = %s and version = 1", str(filed.cases[1]))

    one = permit("audit", "replay", str(filed.cases[1]), "--json")
    every = permit("audit", "replay", "--all", "--json")

    assert (one.code, one.json["outcome"]) == (1, "unreadable")
    assert (every.code, every.json["unreadableCount"], every.json["identical"]) == (1, 1, 1)
    assert not any(canary in one.said + every.said for canary in CANARIES)


def test_with_an_earlier_root_a_rollback_shows(permit: CommandLine, filed: SmallJournal) -> None:
    # given a root that somebody kept
    before = permit("audit", "verify", "--json").json
    kept = ("--size", str(before["size"]), "--root", before["root"])
    assert permit("audit", "verify", *kept).code == 0
    # when the last case is cut off together with the head
    filed.tamper("delete from journal where stream = %s", str(filed.cases[1]))
    filed.tamper(
        "update journal_head h set (position, known_at) ="
        " (select position, known_at from journal order by position desc limit 1)"
    )
    # then
    assert permit("audit", "verify").code == 0, "without the root it looks sound"
    assert permit("audit", "verify", *kept).code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "--size", "3"),
        ("verify", "--root", "00" * 32),
        ("verify", "--size", "-1", "--root", "00" * 32),
        ("verify", "--size", "3", "--root", "no root"),
        ("verify", "--size", "3", "--root", "00"),
        ("replay",),
        ("replay", "--all", "5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11"),
        ("replay", "5b7f0c9e-0d4e-5d0c-9a0d-6d1f6f0c2c11"),
        ("replay", "not-a-case"),
    ],
)
def test_wrong_use_is_neither_sound_nor_a_finding(
    permit: CommandLine, filed: SmallJournal, arguments: tuple[str, ...]
) -> None:
    refused = permit("audit", *arguments)
    assert (refused.code, refused.output) == (2, "")
    assert refused.errors.strip()
