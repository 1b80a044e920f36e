"""The command line as such: help everywhere, sentences for what is wrong, and no command that surprises."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from api.cli.main import app
from api.cli.serving import journal_served
from api.databases import DEMONSTRATION_ORIGIN
from infra.postgres.server.access import url_for_database
from infra.settings import Settings
from projections.registered import registered_read_models
from tests.cli.conftest import CommandLine, SmallJournal

PASSWORD = "geheim"  # noqa: S105 - what must not be said


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands(get_command(app))), ids=" ".join)
def test_every_command_explains_itself(permit: CommandLine, path: tuple[str, ...]) -> None:
    helped = permit(*path, "--help")
    assert helped.code == 0
    assert "Usage: " in helped.output
    assert " ".join(path) in helped.output
    assert helped.errors == ""


def test_the_commands_of_the_design_are_there() -> None:
    paths = {" ".join(path) for path in commands(get_command(app))}
    assert {
        "demo", "serve", "work", "doctor", "law show", "audit verify", "audit replay", "projections list", "bench"
    } <= paths  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [(), ("law",), ("audit",), ("projections",), ("dance",), ("demo", "--cases", "9")]
)
def test_wrong_use_ends_with_two(permit: CommandLine, arguments: tuple[str, ...]) -> None:
    assert permit(*arguments).code == 2


def test_a_service_on_the_journal_of_a_demonstration_says_that_its_clock_stands_still(tmp_path: Path) -> None:
    day = date(2026, 3, 6)
    in_its_home = journal_served(DEMONSTRATION_ORIGIN, Settings(home=tmp_path), day)
    assert f"the demonstration of {tmp_path}; its clock stands still on 2026-03-06" in in_its_home
    assert "set PERMIT_HOME to another directory" in in_its_home
    elsewhere = journal_served(DEMONSTRATION_ORIGIN, Settings(database_url="postgresql://h/d"), day)
    assert "PERMIT_DATABASE_URL; its clock stands still on 2026-03-06" in elsewhere
    assert "PERMIT_HOME" not in elsewhere
    own = journal_served("single-permit", Settings(home=tmp_path), day)
    assert own == f"serving the journal of {tmp_path}; today is 2026-03-06"


@pytest.mark.parametrize(
    "command",
    [("demo", "--once"), ("serve",), ("work", "all"), ("audit", "verify"), ("audit", "replay", "--all"),
     ("projections", "list"), ("bench", "append")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PERMIT_PORT", "eighty", "PERMIT_PORT is not a TCP port"),
        ("PERMIT_DATABSE_URL", "postgresql://localhost/permit", "Did you mean PERMIT_DATABASE_URL?"),
        ("PERMIT_DATABASE_URL", f"mysql://somebody:{PASSWORD}@localhost/permit", "not the URL of a PostgreSQL"),
        ("PERMIT_DATABASE_URL", f"postgresql://somebody:{PASSWORD}%zz@localhost/permit", "PERMIT_DATABASE_URL cannot"),
        ("PERMIT_DATABASE_URL", f"postgresql://somebody:{PASSWORD}@localhost/permit?sslmod=x", "PERMIT_DATABASE_URL"),
        ("PERMIT_DATABASE_URL", f"postgresql://somebody:{PASSWORD}@127.0.0.1:1/permit", "PostgreSQL cannot be reached"),
    ],
)
def test_a_wrong_setting_is_a_sentence(
    permit: CommandLine, command: tuple[str, ...], variable: str, value: str, sentence: str
) -> None:
    permit.set({variable: value})
    refused = permit(*command)
    assert (refused.code, refused.output) == (2, "")
    # A command that says how far it has come does so before.
    assert any(line.startswith("permit: ") for line in refused.errors.splitlines())
    assert sentence in refused.errors
    assert PASSWORD not in refused.errors


@pytest.mark.server
@pytest.mark.parametrize("what", ["projections", "crossroads", "all"])
def test_workers_never_set_up_a_database(permit: CommandLine, empty_database: str, what: str) -> None:
    permit.set({"PERMIT_DATABASE_URL": empty_database})
    refused = permit("work", what)
    assert (refused.code, refused.output) == (2, "")
    assert "has not been set up" in refused.errors
    assert permit("projections", "list").code == 2


@pytest.mark.server
def test_a_port_that_is_taken_is_told(permit: CommandLine, filed: SmallJournal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = permit("serve", "--no-workers", "--port", str(taken.getsockname()[1]))
    assert (refused.code, refused.output) == (2, "")
    assert "cannot be used (Address already in use): choose another with --port" in refused.errors


@pytest.mark.server
def test_projections_are_listed_with_how_far_they_are(permit: CommandLine, filed: SmallJournal) -> None:
    listed = permit("projections", "list", "--json")
    assert listed.code == 0
    assert {each["name"]: (each["position"], each["lagEvents"]) for each in listed.json["projections"]} == {
        each.name: (0, filed.size) for each in registered_read_models()
    }
    in_words = permit("projections", "list")
    assert in_words.code == 0
    heading, *rows = in_words.output.splitlines()
    assert re.split(" {2,}", heading) == ["name", "schema version", "position", "lag events", "lag seconds", "parked"]
    assert [row.split()[0] for row in rows] == [each.name for each in registered_read_models()]
    assert {len(row) for row in (heading, *rows)} == {len(heading)}, "numbers are aligned"


def test_another_database_is_named_as_the_url_was_written() -> None:
    assert url_for_database("postgresql:///permit?host=/run/pg", "other") == "postgresql:///other?host=/run/pg"
    assert (
        url_for_database("postgresql://a:b@h:1/permit?sslmode=require", "o") == "postgresql://a:b@h:1/o?sslmode=require"
    )
    assert url_for_database("postgresql://h/permit", "o") == "postgresql://h/o"


def test_help_is_a_command_too(permit: CommandLine) -> None:
    assert permit("help", "token").output == permit("token", "--help").output
    assert permit("help").output == permit("--help").output
