"""The relay: tails the journal by position and sends every event to Kafka, in the journal's order.

A window is sent, every acknowledgement awaited, then the watermark moved: after a kill the last window may be sent
twice, and no event is ever missing. Broker or database away: it waits and continues; the journal never waits.

An event of which no message can be made stops it, right before that event: a topic with a hole would be taken for the
whole log by everybody who reads it, and nobody could tell. Read models, which know what they lack, go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Final

from consumers.messages import Message
from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from infra.kafka.errors import DeliveryUncertain, KafkaUnavailable
from infra.kafka.sending import Outgoing, Sender
from infra.kafka.topic_admin import cluster_id
from infra.message_wire import to_wire
from infra.postgres.journal.event_faults import EventAtFault, faults_of_events
from infra.postgres.journal.journal_events import JournalNotification
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.journal_messages import JournalMessages
from infra.postgres.messages.letter_notices import mark_announced, unannounced_letters
from infra.postgres.messages.relay_lease import LeaseTaken, RelayLease, relay_lease
from infra.postgres.server.connections import ConnectionPool, DatabaseUnavailable
from infra.structured_logs import get_logger
from infra.workers.errors import EventUnpublishable

_TOPICS: Final = frozenset({APPLICATIONS.name, CHECK_REQUESTS.name, CHECK_ANSWERS.name})
_WINDOW: Final = 2_000
"""Events under way at once; the producer itself would take any number into memory."""

_LOOK_AGAIN: Final = 0.25
_STANDING_BY: Final = 1.0
_AFTER_TROUBLE: Final = 0.5

_log = get_logger(__name__)


def relay_name(cluster: str, prefix: str) -> str:
    """The name under which it is kept how far a cluster has been published to."""
    return f"relay/{cluster}/{prefix}"


class Relay:
    """A relay of one journal to one cluster. Any number may run: one is active, the others stand by."""

    def __init__(
        self,
        recorder: JournalRecorder,
        journal_url: str,
        pool: ConnectionPool,
        bootstrap: str,
        *,
        prefix: str = "",
        patience: float = 30.0,
        window: int = _WINDOW,
    ) -> None:
        self._recorder = recorder
        self._journal_url = journal_url
        self._pool = pool
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._patience = patience
        self._window = window
        self._source = f"urn:single-permit:{recorder.origin}"
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the window it is at."""
        self._stopping.set()

    def run(self) -> None:
        """Relay until stopped. Raises :class:`EventUnpublishable` before an event of which no message can be made."""
        while not self._stopping.is_set():
            try:
                with relay_lease(self._journal_url, self._pool) as lease:
                    _log.info("relay.active", epoch=lease.epoch)
                    self._relay(lease)
            except LeaseTaken:
                self._stopping.wait(_STANDING_BY)
            except (DatabaseUnavailable, KafkaUnavailable, DeliveryUncertain) as why:
                _log.warning("relay.waits", why=str(why))
                self._stopping.wait(_AFTER_TROUBLE)

    def _relay(self, lease: RelayLease) -> None:
        name = relay_name(cluster_id(self._bootstrap), self._prefix)
        position = lease.watermark(name)
        messages = JournalMessages(self._pool)
        sender = Sender(self._bootstrap, patience=self._patience)
        try:
            with self._recorder.subscribe(gt=position) as subscription:
                while not self._stopping.is_set():
                    page = subscription.next_page(timeout=_LOOK_AGAIN, limit=self._window)
                    if page:
                        self._pass_on(page, messages, sender, lambda to: lease.advance(name, to))
                    else:
                        self._announce_letters(sender)
        finally:
            sender.close()

    def _pass_on(
        self,
        page: Sequence[JournalNotification],
        messages: JournalMessages,
        sender: Sender,
        move: Callable[[int], None],
    ) -> None:
        """Send a page and move the watermark behind it; as far as messages can be made, before anything is raised."""
        try:
            with faults_of_events():
                found = messages.of(page, _TOPICS)
        except EventAtFault as why:
            if len(page) == 1:
                raise EventUnpublishable(_unpublishable(page[0], why.reason)) from None
            half = len(page) // 2
            self._pass_on(page[:half], messages, sender, move)
            self._pass_on(page[half:], messages, sender, move)
        else:
            self._send(sender, found)
            move(page[-1].id)

    def _send(self, sender: Sender, messages: Sequence[Message]) -> None:
        sender.send([Outgoing(self._prefix + each.topic, to_wire(each, self._source)) for each in messages])

    def _announce_letters(self, sender: Sender) -> None:
        """Dead letters are published while there is nothing else to publish."""
        unannounced = unannounced_letters(self._pool, self._source)
        if unannounced:
            sender.send([Outgoing(self._prefix + each.topic, each.record) for each in unannounced])
            mark_announced(self._pool, unannounced)


def _unpublishable(event: JournalNotification, reason: str) -> str:
    return (
        f"position {event.id} of the journal: no message can be made of {event.topic}.v{event.schema} of case "
        f"{event.originator_id} ({reason}). The relay has published everything before it and stops, because a topic "
        "must not have a gap: start a version of the program that can read the event"
    )
