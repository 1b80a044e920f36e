"""``permit doctor``: every thing the program needs, and each bad one by its name with what to do."""

from __future__ import annotations

from functools import partial

import pytest

from api.composition import open_program
from api.services.setup_check import examine
from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rule_sets import RuleSets
from infra.settings import load_settings
from tests.cli.conftest import CANARIES, CommandLine, Ended, SmallJournal

pytestmark = pytest.mark.server


def bad(examined: Ended) -> dict[str, str]:
    """What was not good, by subject; it makes the exit code 1."""
    findings = {each["subject"]: each["sentence"] for each in examined.json["findings"] if not each["good"]}
    assert examined.code == (1 if findings else 0)
    return findings


def test_all_is_good(permit: CommandLine, filed: SmallJournal) -> None:
    examined = permit("doctor", "--json")
    assert bad(examined) == {}
    subjects = [each["subject"] for each in examined.json["findings"]]
    first = ["python", "settings", "disk", "law", "database", "durability"]
    assert subjects == [*first, "journal", "appends", "keys", "read models", "documents", "scanner"]
    in_words = permit("doctor")
    assert in_words.code == 0
    assert all(line.startswith("good") for line in in_words.output.splitlines())
    assert f"single-permit, {filed.size} events" in in_words.output


def test_before_the_first_start_there_is_nothing_to_complain_of(permit: CommandLine, empty_database: str) -> None:
    permit.set({"PERMIT_DATABASE_URL": empty_database})
    examined = permit("doctor", "--json")
    assert bad(examined) == {}
    assert "permit serve" in examined.json["findings"][-1]["sentence"]


def test_a_wrong_setting(permit: CommandLine) -> None:
    permit.set({"PERMIT_PORT": "eighty"})
    assert "PERMIT_PORT" in bad(permit("doctor", "--json"))["settings"]


def test_a_full_disk(filed: SmallJournal) -> None:
    examined = examine(load_settings, free=lambda _: 1)
    assert [each.subject for each in examined if not each.good] == ["disk"]
    assert "make room" in " ".join(each.sentence for each in examined)


def test_law_that_cannot_be_used(filed: SmallJournal) -> None:
    def unusable() -> RuleSets:
        raise LawDataUnusable(file="thresholds.toml", entry="3", key="amount", problem="is missing", remedy="add it")

    (law,) = (each for each in examine(load_settings, opened=partial(open_program, law=unusable)) if not each.good)
    assert law.subject == "law"
    assert "thresholds.toml, entry 3" in law.sentence


def test_a_database_that_does_not_answer(permit: CommandLine) -> None:
    permit.set({"PERMIT_DATABASE_URL": "postgresql://somebody:geheim@127.0.0.1:1/permit"})
    examined = permit("doctor", "--json")
    assert "PERMIT_DATABASE_URL" in bad(examined)["database"]
    assert "geheim" not in examined.said


def test_a_server_that_forgets_what_it_acknowledged(permit: CommandLine, filed: SmallJournal) -> None:
    filed.tamper(
        "do $$ begin execute format('alter database %%I set synchronous_commit = off', current_database()); end $$"
    )
    sentence = bad(permit("doctor", "--json"))["durability"]
    assert "ALTER SYSTEM SET synchronous_commit = on" in sentence


def test_a_database_of_another_version_of_the_program(permit: CommandLine, filed: SmallJournal) -> None:
    filed.tamper("update schema_migration set digest = 'another' where name = '0001_journal'")
    assert "another version of this program" in bad(permit("doctor", "--json"))["journal"]


def test_a_key_that_is_gone_is_not_made_anew(permit: CommandLine, filed: SmallJournal) -> None:
    key = permit.home / "key-encryption.key"
    key.unlink()
    assert "restore it from its backup" in bad(permit("doctor", "--json"))["keys"]
    assert not key.exists()


def test_it_names_nobody(permit: CommandLine, filed: SmallJournal) -> None:
    said = permit("doctor").said + permit("doctor", "--json").said
    assert not any(canary in said for canary in CANARIES)
