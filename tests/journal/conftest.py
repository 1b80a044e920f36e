"""A migrated journal, and the ways into it that the tests drive."""

from collections.abc import Iterator

import pytest

from infra.postgres.journal.group_commit import GroupCommitter
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.connections import Role, connect
from infra.postgres.server.migrate import migrate_journal
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
