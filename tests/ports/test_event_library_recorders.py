"""The event library's shipped recorder cases, unchanged, over our journal on a real PostgreSQL."""

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    ProcessRecorderTestCase,
    TrackingRecorderTestCase,
)

from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.server.migrate import migrate_journal
from tests.ports.aggregate_only_recorder import AggregateOnlyRecorder

pytestmark = pytest.mark.server


class OnFreshJournal:
    """Gives each case an empty journal of its own."""

    @pytest.fixture(autouse=True)
    def _journal(self, unnamed_journal: str):
        migrate_journal(unnamed_journal, origin="tests")
        self._recorder = JournalRecorder(unnamed_journal)
        yield
        self._recorder.close()

    def create_recorder(self) -> JournalRecorder:
        return self._recorder


class TestAggregateRecorder(OnFreshJournal, AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateOnlyRecorder:
        return AggregateOnlyRecorder(self._recorder)


class TestApplicationRecorder(OnFreshJournal, ApplicationRecorderTestCase):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnFreshJournal, TrackingRecorderTestCase):
    pass


class TestProcessRecorder(OnFreshJournal, ProcessRecorderTestCase):
    pass


class TestNonInterleavingNotificationIDs(OnFreshJournal, NonInterleavingNotificationIDsBaseCase):
    pass


def test_an_event_read_back_equals_the_stored_event_that_was_recorded(unnamed_journal: str) -> None:
    migrate_journal(unnamed_journal, origin="tests")
    recorder = JournalRecorder(unnamed_journal)
    case = TestAggregateRecorder().new_originator_id()
    stored = StoredEvent(originator_id=case, originator_version=1, topic="Noted", state=b"{}")
    recorder.insert_events([stored])
    assert recorder.select_events(case) == [stored]
    recorder.close()
