"""A migrated journal, and the ways into it that the tests drive."""

from collections.abc import Iterator

import pytest

from infra.postgres.connections import Role, connect
from infra.postgres.group_commit import GroupCommitter
from infra.postgres.migrate import migrate_journal
from infra.postgres.recorder import JournalRecorder
from tests.journal.appends import ORIGIN


@pytest.fixture
def journal_url(unnamed_journal: str) -> str:
    migrate_journal(unnamed_journal, origin=ORIGIN)
    return unnamed_journal


@pytest.fixture
def recorder(journal_url: str) -> Iterator[JournalRecorder]:
    recorder = JournalRecorder(journal_url)
    yield recorder
    recorder.close()


@pytest.fixture
def committer(journal_url: str) -> Iterator[GroupCommitter]:
    committer = GroupCommitter(lambda: connect(journal_url, Role.WRITER))
    yield committer
    committer.close()
