"""A relay or a consumer as a process of its own, to be killed or frozen: ``relay|consumer URL KAFKA PREFIX CLIENT``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Final

from infra.benchmarks.event_ledger import EventLedger
from infra.kafka_client import KafkaClient
from infra.postgres.journal.recorder import JournalRecorder
from infra.postgres.messages.dead_letters import DeadLetters
from infra.postgres.messages.inbox import Inbox
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable, Role
from infra.workers.consumer_loop import ConsumerLoop, LoopSettings
from infra.workers.relay import Relay
from tests.keys.keys_in_memory import KeysInMemory

_ROOT: Final = Path(__file__).resolve().parents[2]
SETTINGS: Final = LoopSettings(
    session_timeout_ms=3_000, heartbeat_interval_ms=500, max_poll_interval_ms=4_000, max_poll_records=100, poll_ms=100
)


def start(
    role: str, url: str, kafka: str, prefix: str, client: KafkaClient = KafkaClient.KAFKA_PYTHON
) -> subprocess.Popen[bytes]:
    """Run one; it ends when its standard input closes, which it does when this process is gone."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.kafka_worker", role, url, kafka, prefix, client],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def main(role: str, url: str, kafka: str, prefix: str, client: str) -> None:
    def parent_watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os._exit(0)

    Thread(target=parent_watch, daemon=True).start()
    while True:
        try:
            _work(role, url, kafka, prefix, KafkaClient(client))
        except DatabaseUnavailable:
            time.sleep(0.3)


def _work(role: str, url: str, kafka: str, prefix: str, client: KafkaClient) -> None:
    with closing(ConnectionPool(url, Role.WRITER, size=4)) as pool:
        if role == "relay":
            with closing(JournalRecorder(url, pool_size=2)) as recorder:
                Relay(recorder, url, pool, kafka, prefix=prefix, client=client, patience=5.0).run()
        else:
            consumer = EventLedger()
            inbox = Inbox(pool, consumer, DeadLetters(pool, KeysInMemory()))
            ConsumerLoop(consumer, inbox, pool, kafka, prefix=prefix, settings=SETTINGS).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
