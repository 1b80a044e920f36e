"""The event library's own read of its events: select, decrypt, decompress, map; events a second in two processes.

Run by the peer's interpreter with one JSON argument: step, url, events, page. The step ``store`` also takes journalUrl:
it stores the first ``events`` events of the plain journal there as the library's own, by its mapper with its cipher
and its compressor. The step ``read`` starts two processes, each with a connection and one half of the events, and
measures from the first select to the last event mapped.
"""

import base64
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent, datetime_now_with_tzinfo

GIVEN = json.loads(sys.argv[1])
PROCESSES = 2
_application = None
STORED_AT_ONCE = 25
"""Of several hundred events with bodies the driver's pipeline can wait for ever: neither end reads any more."""


class Recorded(DomainEvent):
    """An event of the plain journal: its type, and its fields as JSON values."""

    kind: str
    fields: dict


class Journal(Application):
    pass


def journal():
    parts = urlsplit(GIVEN["url"])
    return Journal(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": parts.path.lstrip("/"),
            "POSTGRES_HOST": parts.hostname or parse_qs(parts.query)["host"][0],
            "POSTGRES_PORT": str(parts.port or 5432),
            "POSTGRES_USER": parts.username or "postgres",
            "POSTGRES_PASSWORD": parts.password or "",
            "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
            "CIPHER_KEY": base64.b64encode(bytes(range(32))).decode(),
            "COMPRESSOR_TOPIC": "zlib",
            # Two that make the same table at once stop each other.
            "CREATE_TABLE": "yes" if GIVEN["step"] == "store" else "no",
        }
    )


def store():
    application = journal()
    with psycopg.connect(GIVEN["journalUrl"]) as connection:
        rows = connection.execute(
            "select stream, version, type, body from permit.plain_journal where position <= %s order by position",
            (GIVEN["events"],),
        ).fetchall()
    stored = [
        application.mapper.to_stored_event(
            Recorded(
                originator_id=UUID(str(stream)),
                originator_version=version,
                timestamp=datetime_now_with_tzinfo(),
                kind=kind,
                fields=json.loads(body),
            )
        )
        for stream, version, kind, body in rows
    ]
    for start in range(0, len(stored), STORED_AT_ONCE):
        application.recorder.insert_events(stored[start : start + STORED_AT_ONCE])
    application.close()


def open_reader():
    """In a process that reads: its connection and mapper, ready before the clock starts."""
    global _application
    _application = journal()
    _application.recorder.select_notifications(start=1, limit=1)


def read(after, last):
    """Map the events between two positions, by pages, and give their number."""
    mapped = 0
    while after < last:
        page = _application.recorder.select_notifications(
            start=after, limit=GIVEN["page"], stop=last, inclusive_of_start=False
        )
        for notification in page:
            _application.mapper.to_domain_event(notification)
        mapped += len(page)
        after = page[-1].id if page else last
    return mapped


def main():
    if GIVEN["step"] == "store":
        store()
        print(json.dumps({"rate": 0.0}))  # noqa: T201
        return
    # Spawned: a driver with threads does not survive a fork.
    spawn = get_context("spawn")
    readers = [ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=open_reader) for _ in range(PROCESSES)]
    for ready in [reader.submit(read, 0, 0) for reader in readers]:
        ready.result()
    each = -(-GIVEN["events"] // PROCESSES)
    began = time.perf_counter()
    halves = [reader.submit(read, number * each, (number + 1) * each) for number, reader in enumerate(readers)]
    mapped = sum(half.result() for half in halves)
    took = time.perf_counter() - began
    for reader in readers:
        reader.shutdown()
    if mapped != GIVEN["events"]:
        sys.exit(f"{mapped} of {GIVEN['events']} events were mapped")
    print(json.dumps({"rate": mapped / took}))  # noqa: T201


if __name__ == "__main__":
    main()
