"""The command line in this process, and a journal of two applications to use it on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.cli.main import main
from api.composition import open_program
from domain.case.commands import CaseCommand, CommandContext, Minted, RecordCrossroadsAnswer, SubmitApplication
from domain.crossroads.answers import CheckKind, EmployerOnRegister
from infra.settings import Settings
from infra.time_ordered_ids import time_ordered_id
from tests.audit.case_book import superuser
from tests.world.applications import OF_THE_WORKER, application
from tests.world.databases import program_databases

CANARIES = (*OF_THE_WORKER, "52345.67", "40321.98")
"""What is somebody's in the applications below: no command of the command line has any reason to say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    code: object
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        (line,) = self.output.splitlines()
        return json.loads(line)

    @property
    def said(self) -> str:
        return self.output + self.errors


class CommandLine:
    """Runs ``permit`` as the shell would; ``settings`` are the variables beside PERMIT_HOME."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._patch = patch
        self._capture = capture

    def set(self, settings: Mapping[str, str]) -> None:
        for name, value in settings.items():
            self._patch.setenv(name, value)

    def __call__(self, *arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        output, errors = self._capture.readouterr()
        assert "Traceback" not in errors
        return Ended(code=ended.value.code, output=output, errors=errors)


@pytest.fixture
def permit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A command line without settings but a home of its own."""
    for name in os.environ:
        if name.upper().startswith("PERMIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PERMIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    return CommandLine(tmp_path / "home", monkeypatch, capsys)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallJournal:
    """A migrated database with two applications, the pay of one of them too low; ``cases`` in order of filing."""

    url: str
    settings: Mapping[str, str]
    cases: tuple[UUID, ...]
    size: int

    def tamper(self, statement: str, *values: object) -> None:
        """As somebody who has the whole database server in hand."""
        with superuser(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)


@pytest.fixture
def journal(admin_url: str, tmp_path: Path) -> Iterator[SmallJournal]:
    home = tmp_path / "home"
    with program_databases(admin_url) as (url, keys_url):
        settings = Settings(home=home, database_url=url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as program:
            cases = []
            for number, pay in enumerate(("52345.67", "40321.98")):
                now = datetime(2026, 1, 20, 9, number, tzinfo=UTC)
                case = time_ordered_id(now)
                minted = Minted(reference=f"VL-2026-000000{number}", worker_subject=program.keys.mint())
                employer = EmployerOnRegister(
                    enterprise_number="0202239951",
                    name="Haven NV",
                    active=True,
                    founded_on=date(1994, 3, 1),
                    has_staff=True,
                    has_debts=False,
                )
                commands: list[CaseCommand] = [
                    SubmitApplication(application=application(pay=pay), minted=minted),
                    RecordCrossroadsAnswer(
                        check=CheckKind.EMPLOYER_REGISTER,
                        revision=1,
                        ticket="T-1",
                        answer=employer,
                        answer_sha256="00" * 32,
                    ),
                ]
                for each in commands:
                    context = CommandContext(actor="tester", command_id=f"{number}/{type(each).__name__}", now=now)
                    program.handle(case, each, context)
                cases.append(case)
            size = program.recorder.max_notification_id() or 0
        yield SmallJournal(
            url=url,
            settings={"PERMIT_DATABASE_URL": url, "PERMIT_KEY_DATABASE_URL": keys_url},
            cases=tuple(cases),
            size=size,
        )


@pytest.fixture
def filed(permit: CommandLine, journal: SmallJournal) -> SmallJournal:
    """The small journal, which the command line is set to."""
    permit.set(journal.settings)
    return journal
