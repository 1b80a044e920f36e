"""A program with a database of its own, and the ways in which a migration team uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from api.composition import Program, open_program
from api.services.migrations import loader_of
from consumers.migration.loading import FileLoader
from domain.case.events import CaseEvent
from domain.migration.identities import case_id_of
from infra.migration.batch_ledgers import sums_of
from infra.migration.sources import MigratingAuthority
from infra.postgres.server.connections import Role, connect
from infra.settings import Settings
from tests.migration.samples import BRUSSELS, brussels_file
from tests.world.databases import program_databases

EXTRACTS = Path(__file__).parent / "extracts"
FILES = {
    MigratingAuthority.BRUSSELS: EXTRACTS / "brussels-permits.csv",
    MigratingAuthority.WALLONIA: EXTRACTS / "wallonia-permits.jsonl",
    MigratingAuthority.GERMAN_COMMUNITY: EXTRACTS / "german-community-permits.xlsx",
}
EXPECTED: dict[str, Any] = json.loads((EXTRACTS / "expected.json").read_text())
KEY = BRUSSELS["no_dossier"]
CASE = case_id_of("brussels", KEY)


class Moving:
    """A migration under way."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self._folder = folder
        self._files = 0

    def load(self, authority: MigratingAuthority, *files: Path) -> dict[str, Any]:
        """What a run of these files printed, without the time it took."""
        return self.sums(loader_of(self.program, authority).load(files))

    def sums(self, batches: list[UUID]) -> dict[str, Any]:
        """What a run that loaded these batches printed, without the time it took."""
        with self.program.unhurried_readers.connection() as connection:
            told = sums_of(connection, batches)
        assert told.pop("seconds") >= 0
        return told

    def load_brussels(self, *records: dict[str, str]) -> dict[str, Any]:
        return self.load(MigratingAuthority.BRUSSELS, self.file(*records))

    def file(self, *records: dict[str, str]) -> Path:
        """A file of Brussels of its own."""
        self._files += 1
        folder = self._folder / str(self._files)
        folder.mkdir()
        return brussels_file(folder, *records)

    def events(self, case_id: UUID = CASE) -> tuple[CaseEvent, ...]:
        return self.program.journal.read(case_id).events

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self.program.writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def project(self) -> None:
        for runner in self.program.projection_runners().values():
            runner.catch_up()

    @contextmanager
    def writer(self) -> Iterator[Any]:
        with closing(connect(self.program.journal_url, Role.WRITER)) as connection:
            yield connection


@contextmanager
def moving(admin_url: str, folder: Path, key_file: Path | None = None) -> Iterator[Moving]:
    with (
        program_databases(admin_url) as (url, keys_url),
        open_program(_settings(folder, url, keys_url, key_file), set_up=True) as program,
    ):
        yield Moving(program, folder)


def _settings(folder: Path, url: str, keys_url: str, key_file: Path | None) -> Settings:
    home = folder / "home"
    return Settings(home=home, database_url=url, key_database_url=keys_url, key_encryption_key_file=key_file)


def loader(move: Moving, *, chunk_size: int) -> FileLoader[Any, Any]:
    """Who loads the files of Brussels, so many lines at a time."""
    return replace(loader_of(move.program, MigratingAuthority.BRUSSELS), chunk_size=chunk_size)


def record(**changes: str) -> dict[str, str]:
    """The record of Brussels that most cases are about, with these columns changed."""
    return {**BRUSSELS, **changes}


def numbered(count: int, **changes: str) -> list[dict[str, str]]:
    return [record(no_dossier=f"BXL/2025/{number:05d}", **changes) for number in range(1, count + 1)]
