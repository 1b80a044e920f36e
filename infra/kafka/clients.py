"""The clients of kafka-python as this project uses them: closed whole, and without two defects that stop a consumer.

Seen in 3.0.12, each with a test in tests/transport/test_kafka_clients.py that fails without what is done here:

- A connection that fails leaves its socket, and a client whose first connection fails leaves its thread and its
  sockets, to the garbage collector.
- A member that rejoins because the topic's metadata changed forgets its rejoin when a ``poll`` ends before the broker
  has answered. What the broker assigns is then never taken over, the heartbeat stays off, the broker removes the
  member, and the member never notices.
- Records that were fetched for a partition, and not all of them handed out before it was paused, keep it from being
  fetched ever again once another partition has handed out records.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

_SCHEME: Final = "closed-on-failure"

Client = TypeVar("Client")


def opened(kind: Callable[..., Client], bootstrap: str, **settings: Any) -> Client:
    """A client of this kind, to be closed by the caller.

    Raises ``KafkaError`` when no broker answers; then nothing of the client is left.
    """
    made: list[Any] = []

    def network(**configured: Any) -> Any:
        made.append(KafkaNetClient(**configured))
        return made[-1]

    try:
        return kind(bootstrap_servers=bootstrap.split(","), kafka_client=network, proxy_url=f"{_SCHEME}://", **settings)
    except BaseException:
        for each in made:
            each.close()
        raise


class GroupConsumer(KafkaConsumer):  # type: ignore[misc]
    """A member of a consumer group."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._join_and_sync = self._coordinator._do_join_and_sync_async
        self._coordinator._do_join_and_sync_async = self._assigned
        self._answered: tuple[Any, bytes] | None = None

    def poll(
        self, timeout_ms: float = 0, max_records: int | None = None, update_offsets: bool = True
    ) -> dict[TopicPartition, Sequence[Any]]:
        """The next records. A rejoin that an earlier ``poll`` did not see to its end is gone on with."""
        if self._coordinator.rebalance_in_progress():
            self._coordinator.request_rejoin()
        records: dict[TopicPartition, Sequence[Any]] = super().poll(timeout_ms, max_records, update_offsets)
        return records

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go on from ``offset``. What was buffered for the partition while it was paused is of no use any more."""
        super().seek(partition, offset)
        self._fetcher._paused_completed_fetches.pop(partition, None)
        self._fetcher._paused_partition_records.pop(partition, None)

    async def _assigned(self) -> bytes:
        """What the group assigns to this member; on the client's own thread.

        An answer that came between two polls, and so was taken over by neither, is given again: to join once more
        would send the whole group through another rebalance, whose answer may come between two polls as well.
        """
        coordinator = self._coordinator
        if self._answered is not None and coordinator.rebalance_in_progress():
            generation, assignment = self._answered
            if generation is coordinator._generation:
                return assignment
        # From here on the last answer counts no more, even if this attempt fails and is repeated.
        self._answered = None
        answer: bytes = await self._join_and_sync()
        self._answered = (coordinator._generation, answer)
        return answer


class _ClosedOnFailure(KafkaNetSocket):  # type: ignore[misc]
    """An ordinary connection, whose socket is closed when it fails or is given up.

    kafka-python chooses the way to connect by the scheme of ``proxy_url``; there is no proxy here.
    """

    SCHEMES = (_SCHEME,)
    _made: socket.socket | None = None

    async def connect(
        self, net: Any, addrinfo: Any, socket_options: Sequence[Any] = (), timeout_at: float | None = None
    ) -> socket.socket:
        try:
            connected: socket.socket = await super().connect(net, addrinfo, socket_options, timeout_at=timeout_at)
        except BaseException:  # GeneratorExit too, when the client is closed before the connection is made
            if self._made is not None:
                self._made.close()
            raise
        return connected

    def socket(self, *kind: Any) -> socket.socket:
        made: socket.socket = super().socket(*kind)
        self._made = made
        return made
