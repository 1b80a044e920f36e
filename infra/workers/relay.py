"""The relay: tails the journal by position and sends every event to Kafka, in the journal's order.

While the acknowledgements of one window are awaited, the next is already sent and those behind it are made; the
watermark moves behind what is acknowledged. After a kill the last windows may be sent twice, and no event is ever
missing. Broker or database away: it waits and continues; the journal never waits.

An event of which no message can be made stops it, right before that event: a topic with a hole would be taken for the
whole log by everybody who reads it, and nobody would notice. Read models, which know what they lack, go on.
"""

from __future__ import annotations

from collections import deque
from threading import Event
from typing import Final

from infra.kafka.errors import DeliveryUncertain, KafkaUnavailable
from infra.kafka.producers import Outgoing
from infra.kafka.sending import Sender
from infra.kafka.topic_admin import cluster_id
from infra.kafka_client import KafkaClient
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.letter_notices import mark_announced, unannounced_letters
from infra.postgres.messages.relay_lease import LeaseTaken, RelayLease, relay_lease
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger
from infra.workers.relay_windows import FAR_BEHIND, MadeAhead, RelayWindows

_WINDOW: Final = 500
"""Events of a window. Small ones leave the garbage collector little that stays."""

_UNDER_WAY: Final = 4
"""Windows sent and not acknowledged yet; the producer itself would take any number into memory."""

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
        client: KafkaClient = KafkaClient.KAFKA_PYTHON,
        patience: float = 30.0,
        window: int = _WINDOW,
        far_behind: int = FAR_BEHIND,
    ) -> None:
        self._recorder = recorder
        self._journal_url = journal_url
        self._pool = pool
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._client = client
        self._patience = patience
        self._window = window
        self._far_behind = far_behind
        self._source = f"urn:single-permit:{recorder.origin}"
        self._stopping = Event()

    def stop(self) -> None:
        """Ask :meth:`run` to end after the windows under way."""
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
        windows = RelayWindows(
            self._recorder,
            self._pool,
            source=self._source,
            prefix=self._prefix,
            after=lease.watermark(name),
            size=self._window,
            far_behind=self._far_behind,
        )
        sender = Sender(self._bootstrap, client=self._client, patience=self._patience)
        try:
            with MadeAhead(windows) as ahead:
                self._pass_on(ahead, sender, lease, name)
        finally:
            sender.close()

    def _pass_on(self, ahead: MadeAhead, sender: Sender, lease: RelayLease, name: str) -> None:
        """Send what is made, and move the watermark behind what is acknowledged, until stopped.

        Raises what ended the making, once everything made before is acknowledged.
        """
        under_way: deque[int] = deque()
        while under_way or not self._stopping.is_set():
            window = None
            if not self._stopping.is_set() and len(under_way) < _UNDER_WAY:
                window = ahead.take(0 if under_way else _LOOK_AGAIN)
            if window is not None:
                sender.begin(window.records)
                under_way.append(window.up_to)
            elif under_way:
                sender.finish_oldest()
                lease.advance(name, under_way.popleft())
            else:
                ahead.raise_if_ended()
                self._announce_letters(sender)

    def _announce_letters(self, sender: Sender) -> None:
        """Dead letters are published while there is nothing else to publish."""
        unannounced = unannounced_letters(self._pool, self._source)
        if unannounced:
            sender.send([Outgoing(self._prefix + each.topic, each.record) for each in unannounced])
            mark_announced(self._pool, unannounced)
