"""``permit projections``, ``status`` and ``doctor`` where an application has an event that cannot be applied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from api.composition import open_program
from infra.settings import Settings
from tests.cli.conftest import CANARIES, CommandLine, SmallJournal
from tests.projections.poison import NUL_IN_A_NUMBER, retell
from tests.world.stored_bodies import change_clear_text

pytestmark = pytest.mark.server


def projected(filed: SmallJournal, permit: CommandLine, *, poison: bool) -> str:
    """Let the read models read the journal to its end, with one poisoned case or without; gives that case."""
    settings = Settings(
        home=permit.home,
        database_url=filed.settings["PERMIT_DATABASE_URL"],
        key_database_url=filed.settings["PERMIT_KEY_DATABASE_URL"],
    )
    with open_program(settings) as program:
        case_id = retell(program.recorder, program.keys, program.keys.mint()) if poison else ""
        for runner in program.projection_runners().values():
            runner.catch_up()
    return str(case_id)


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in rows}


@pytest.mark.parametrize("option", [(), ("--workers", "2")], ids=["as it thinks best", "two processes"])
def test_a_rebuild_says_what_it_did(permit: CommandLine, filed: SmallJournal, option: tuple[str, ...]) -> None:
    projected(filed, permit, poison=False)

    rebuilt = permit("projections", "rebuild", "case-file", *option, "--json")

    told = rebuilt.json
    assert rebuilt.code == 0
    assert (told["swapped"], told["same"], told["parked"]) == (True, True, [])
    assert (told["position"], told["comparedAt"]) == (filed.size, filed.size)
    assert (told["events"], told["streams"]) == (filed.size, 2)
    assert told["rows"] == sum(each["rebuiltRows"] for each in told["tables"]) > 0
    assert told["seconds"] > 0


def test_a_rebuild_over_a_read_model_that_had_stopped_brings_it_to_the_end(
    permit: CommandLine, filed: SmallJournal
) -> None:
    assert by_name(permit("projections", "list", "--json").json["projections"])["case-file"]["lagEvents"] == filed.size

    rebuilt = permit("projections", "rebuild", "case-file", "--json")

    assert (rebuilt.code, rebuilt.json["comparedAt"], rebuilt.json["position"]) == (0, 0, filed.size)
    assert by_name(permit("projections", "list", "--json").json["projections"])["case-file"]["lagEvents"] == 0


def test_a_rebuild_that_has_to_park_serves_says_so_and_ends_with_1(permit: CommandLine, filed: SmallJournal) -> None:
    case_id = projected(filed, permit, poison=True)

    rebuilt = permit("projections", "rebuild", "legacy-mirror", "--json")

    assert rebuilt.code == 1
    assert rebuilt.json["swapped"]
    assert [(each["case"], each["reason"]) for each in rebuilt.json["parked"]] == [(case_id, "UntranslatableCharacter")]
    assert f"legacy-mirror serves, up to position {filed.size + 1}" in rebuilt.errors
    assert "parked" in rebuilt.errors
    # and checking finds no difference: the same application is missing on both sides
    assert permit("projections", "check", "legacy-mirror").code == 0


def test_a_rebuild_that_fails_says_so_and_leaves_what_serves(permit: CommandLine, filed: SmallJournal) -> None:
    projected(filed, permit, poison=False)
    # given a disk without room for another table
    filed.tamper(
        "create function permit.no_room() returns event_trigger language plpgsql as"
        " $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$"
    )
    filed.tamper(
        "create event trigger no_room on ddl_command_end when tag in ('CREATE TABLE') execute function permit.no_room()"
    )

    rebuilt = permit("projections", "rebuild", "case-file", "--json")

    assert (rebuilt.code, rebuilt.output) == (2, "")
    assert "could not extend file" in rebuilt.errors
    filed.tamper("drop event trigger no_room")
    assert permit("projections", "check", "case-file").code == 0


def test_what_is_parked_is_told_wherever_operations_look(permit: CommandLine, filed: SmallJournal) -> None:
    case_id = projected(filed, permit, poison=True)

    status = permit("status", "--json").json
    models = {name: each["parked"] for name, each in by_name(status["projections"]).items()}
    assert models["legacy-mirror"] == models["case-file"] == 1
    named = {each["follower"]: each for each in status["parkedByFollowers"]}
    assert {name for name, number in models.items() if number} == set(named)
    mirror = named["legacy-mirror"]
    assert (mirror["case"], mirror["position"], mirror["version"]) == (case_id, filed.size + 1, 1)
    assert (mirror["event"], mirror["reason"], mirror["skipped"]) == (
        "LegacyRecordRetold.v2",
        "UntranslatableCharacter",
        0,
    )
    in_words = permit("status").output
    assert "parked by followers" in in_words
    assert case_id in in_words

    listed = by_name(permit("projections", "list", "--json").json["projections"])
    assert (listed["legacy-mirror"]["parked"], listed["legacy-mirror"]["lagEvents"]) == (1, 0)

    examined = permit("doctor", "--json")
    (bad,) = (each for each in examined.json["findings"] if not each["good"])
    assert examined.code == 1
    assert bad["subject"] == "read models"
    assert "permit status" in bad["sentence"]
    # and nobody's data with it
    said = permit("status").said + permit("doctor").said + permit("projections", "rebuild", "legacy-mirror").said
    assert not any(each in said for each in (*CANARIES, NUL_IN_A_NUMBER, "Canary", "0202239951"))


def test_trying_at_once_to_take_up_what_is_parked(permit: CommandLine, filed: SmallJournal) -> None:
    case_id = projected(filed, permit, poison=True)

    in_vain = permit("projections", "retry", "legacy-mirror", "--json")
    assert (in_vain.code, in_vain.json["takenUp"]) == (1, 0)
    assert [each["case"] for each in in_vain.json["parked"]] == [case_id]

    # when the event can be applied, as by a later version of the program
    change_clear_text(filed.url, UUID(case_id), lambda text: text.replace(rb"\u0000", b""))
    tried = permit("projections", "retry", "legacy-mirror", "--json")
    assert (tried.code, tried.json) == (0, {"name": "legacy-mirror", "takenUp": 1, "parked": []})
    assert permit("projections", "retry", "boards").code == 2
