"""The table of commands: what it says of each is what the command itself says, and nothing is imported to show it."""

from __future__ import annotations

import inspect
import json
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from api.cli.lazy_group import Entry, Section, loaded
from api.cli.tree import PERMIT
from tests.cli.conftest import CommandLine

CPU_SECONDS = 1.0
"""A generous bound; measured on a quiet machine: 0.08 s."""

SAY_ONE_THING = {
    "serve", "work", "law document", "database sql", "topics create", "topics restart", "topics document",
    "migrate repair correct", "dead-letters resume",
}  # fmt: skip
"""Commands without a result to read by program: services, documents, and what is done or refused."""


def entries(section: Section = PERMIT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Entry]]:
    for each in section.entries:
        if isinstance(each, Section):
            yield from entries(each, (*path, each.name))
        else:
            yield " ".join((*path, each.name)), each


COMMANDS = dict(entries())
every_command = pytest.mark.parametrize("path", COMMANDS)


@every_command
def test_the_table_says_what_the_command_says(path: str) -> None:
    module, _, function = COMMANDS[path].target.partition(":")
    said = inspect.getdoc(getattr(import_module(f"api.cli.{module}"), function))
    assert said is not None
    assert " ".join(said.split()).startswith(COMMANDS[path].help)


@every_command
def test_the_example_is_one_that_can_be_typed(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the files that examples name
    monkeypatch.chdir(tmp_path)
    for name in ("facts.json", "permits.csv", "report.json"):
        Path(name).touch()
    Path("draft-law").mkdir()
    # when
    words = shlex.split(COMMANDS[path].example)
    # then it is of this command, and its options and arguments are understood; nothing is run
    assert " ".join(words).startswith(path)
    loaded(COMMANDS[path]).make_context(path, words[len(path.split()) :]).close()


@every_command
def test_what_can_be_read_can_be_read_by_a_program(path: str) -> None:
    options = {option for each in loaded(COMMANDS[path]).params for option in each.opts}
    assert ("--json" in options) != (path in SAY_ONE_THING)


@pytest.mark.parametrize("path", ["", "law", "law show", "migrate", "migrate cutover", "dead-letters replay"])
def test_help_ends_with_an_example(permit: CommandLine, path: str) -> None:
    lines = permit(*path.split(), "--help").output.rstrip().splitlines()
    assert lines[-2].strip() == "Example:"
    assert lines[-1].strip().startswith(f"permit {path}".strip())
    assert permit(*path.split(), "-h").output.rstrip().splitlines() == lines


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("sevre",), ("migrate", "--help"), ("law", "shwo")], ids=" ".join
)
def test_what_needs_no_command_imports_none(arguments: tuple[str, ...]) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    script = (
        "import json, sys\nfrom api.cli.main import main\nsys.argv[0] = 'permit'\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    imported = set(json.loads(done.stderr.splitlines()[-1]))
    heavy = {"api.composition", "psycopg2", "fastapi", "structlog", "rich", "cryptography"}
    assert imported & heavy == set()
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < CPU_SECONDS


def test_the_version_is_that_of_the_package(permit: CommandLine) -> None:
    told = permit("--version")
    (line,) = told.output.splitlines()
    assert (told.code, told.errors) == (0, "")
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{line.removeprefix("permit ")}"' in project


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("sevre", "'serve'"),
        ("dead-leters list", "'dead-letters'"),
        ("migrate cutover aprove brussels", "'approve'"),
        ("law show flandres highlySkilled --on 2026-03-01", "'flanders'"),
        ("law show flanders highlyskilled --on 2026-03-01", "'highlySkilled'"),
        ("law show flanders highlySkilled --onn 2026-03-01", "--on"),
        ("token --role casehandler", "'caseHandler'"),
        ("token --role caseHandler --authority valonia", "'wallonia'"),
        ("work projection", "'projections'"),
        ("bench apend", "'append'"),
        ("migrate report brusels", "'brussels'"),
        ("dead-letters list --state opne", "'open'"),
        ("migrate quarantine list brussels --reason identifierInvlid", "'identifierInvalid'"),
        ("audit what-if --rules . --authority bruxelles", "'brussels'"),
    ],
)
def test_a_wrong_word_is_answered_with_the_one_that_was_meant(permit: CommandLine, line: str, meant: str) -> None:
    refused = permit(*line.split())
    assert (refused.code, refused.output) == (2, "")
    *_, sentence = refused.errors.rstrip().splitlines()
    assert meant in sentence
    assert "Did you mean" in sentence or "Possible options" in sentence


def test_a_word_like_no_other_is_answered_with_all_that_there_are(permit: CommandLine) -> None:
    refused = permit("law", "show", "atlantis", "highlySkilled", "--on", "2026-03-01")
    assert "'flanders', 'brussels', 'wallonia', 'german-community', 'federal'." in refused.errors
    assert "Did you mean" not in refused.errors


def test_commands_of_the_table_are_typed_once() -> None:
    assert len(COMMANDS) == len({each.target for each in COMMANDS.values()})
