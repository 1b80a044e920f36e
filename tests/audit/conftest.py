"""One journal of decided cases per module; each test gets it back as it was filed."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import pytest

from api.composition import open_program
from domain.law.rulebook import Rulebook
from infra.postgres.server.migrate import migrate_journal
from infra.settings import Settings
from tests.audit.case_book import ORIGIN, CaseBook, superuser
from tests.audit.installation import Installation
from tests.cli.conftest import CommandLine
from tests.world.databases import journal_database, program_databases


@pytest.fixture(scope="session")
def law() -> Rulebook:
    return Rulebook.load()


@pytest.fixture(scope="module")
def decided_cases(admin_url: str, law: Rulebook) -> Iterator[CaseBook]:
    """Five cases: granted on pay, refused on pay, granted on evidence, a renewal on wages, and one still open."""
    with journal_database(admin_url) as url:
        book = CaseBook(url, law)
        try:
            book.granted("highlySkilled", "52000.00")
            book.refused("highlySkilled", "40000.00", ground="salaryThreshold")
            book.granted("mediumSkilledOther", "43395.99", evidence=True)
            book.granted("highlySkilled", "60000.00", wages="14000.00")
            book.checked("nurse", "41000.00")
            book.tamper("create table journal_as_filed as table journal")
            book.tamper("create table head_as_filed as table journal_head")
            yield book
        finally:
            book.close()


@pytest.fixture
def book(decided_cases: CaseBook) -> Iterator[CaseBook]:
    """The decided cases, to forge at will: the journal is put back afterwards."""
    yield decided_cases
    decided_cases.keys.restore_all()
    decided_cases.tamper("truncate journal")
    decided_cases.tamper("insert into journal select * from journal_as_filed")
    decided_cases.tamper("update journal_head h set position = f.position, known_at = f.known_at from head_as_filed f")


@pytest.fixture
def cases(book: CaseBook) -> list[UUID]:
    """The case ids in the order of filing."""
    with superuser(book.url) as connection, connection.cursor() as cursor:
        cursor.execute("select stream from journal where version = 1 order by position")
        return [UUID(str(case)) for (case,) in cursor.fetchall()]


@pytest.fixture(scope="module")
def installation(admin_url: str, law: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same decided cases where the program finds them: with a key store of its own and a home."""
    home = tmp_path_factory.mktemp("home")
    with ExitStack() as opened:
        url, keys_url = opened.enter_context(program_databases(admin_url))
        migrate_journal(url, origin=ORIGIN)
        settings = Settings(home=home, database_url=url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as program:
            book = CaseBook(url, law, keys=program.keys)
            try:
                granted = book.granted("highlySkilled", "52000.00")
                refused = book.refused("highlySkilled", "40000.00", ground="salaryThreshold")
                by_recruitment = book.granted("mediumSkilledOther", "43395.99", evidence=True)
                renewed = book.granted("highlySkilled", "60000.00", wages="14000.00")
            finally:
                book.close()
        yield Installation(
            home=home,
            url=url,
            keys_url=keys_url,
            granted=granted,
            refused=refused,
            by_recruitment=by_recruitment,
            renewed=renewed,
        )


@pytest.fixture
def permit(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """The command line, set to the decided cases."""
    for name in os.environ:
        if name.startswith("PERMIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    command_line = CommandLine(installation.home, monkeypatch, capsys)
    command_line.set(installation.settings)
    return command_line
