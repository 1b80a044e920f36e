"""One journal of decided cases per module; each test gets it back as it was filed."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from domain.law.rulebook import Rulebook
from tests.audit.case_book import CaseBook, superuser
from tests.servers import fresh_database


@pytest.fixture(scope="session")
def law() -> Rulebook:
    return Rulebook.load()


@pytest.fixture(scope="module")
def decided_cases(admin_url: str, law: Rulebook) -> Iterator[CaseBook]:
    """Five cases: granted on pay, refused on pay, granted on evidence, a renewal on wages, and one still open."""
    with fresh_database(admin_url) as url:
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
