"""The event library's PostgreSQL recorder in its default mode: events a second with some callers.

Run by the peer's interpreter with one JSON argument: url, callers, connections, eventsEach, bodyBytes.
"""

import json
import os
import sys
import time
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def datastore(url: str, connections: int) -> PostgresDatastore:
    """As many connections, opened before the clock starts; callers beyond them take turns."""
    parts = urlsplit(url)
    return PostgresDatastore(
        dbname=parts.path.lstrip("/"),
        host=parts.hostname or parse_qs(parts.query)["host"][0],
        port=parts.port or 5432,
        user=parts.username or "postgres",
        password=parts.password or "",
        pool_size=connections,
        max_overflow=0,
    )


def main() -> None:
    given = json.loads(sys.argv[1])
    callers, each = given["callers"], given["eventsEach"]
    recorder = PostgresApplicationRecorder(datastore(given["url"], given["connections"]))
    recorder.create_table()
    body = os.urandom(given["bodyBytes"])

    def call(streams: list[UUID]) -> None:
        for stream in streams:
            recorder.insert_events([StoredEvent(stream, 1, "ApplicationWithdrawn", body)])

    def together(count: int) -> float:
        threads = [Thread(target=call, args=([uuid4() for _ in range(count)],)) for _ in range(callers)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return callers * count / (time.perf_counter() - began)

    together(max(1, each // 10))
    print(json.dumps({"rate": together(each)}))  # noqa: T201


if __name__ == "__main__":
    main()
