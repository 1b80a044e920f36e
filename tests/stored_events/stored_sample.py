"""Golden samples: the exact bytes of stored events, with the key that opens them.

A file is written once, by ``python -m tests.stored_events.stored_sample``, which leaves every file that exists as
it is. It is never edited: what was stored in a journal cannot be edited either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from infra.event_codec import FORMATS, EventCodec
from infra.keys import KEY_BYTES
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.sealing import encoded_on, sealed_request
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import ORIGIN, RULE_SET, STREAM, WORKER, sample_of

DIRECTORY: Final = Path(__file__).parent
KEY: Final = bytes(range(KEY_BYTES))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSample:
    name: str
    schema: int
    origin: str
    stream: UUID
    version: int
    subject: UUID
    key: bytes
    body: bytes
    leaf: bytes
    leaf_hash: bytes

    @classmethod
    def read(cls, path: Path) -> StoredSample:
        held = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            name=held["name"],
            schema=held["schema"],
            origin=held["origin"],
            stream=UUID(held["stream"]),
            version=held["version"],
            subject=UUID(held["subject"]),
            key=bytes.fromhex(held["key"]),
            body=held["body"].encode(),
            leaf=held["leaf"].encode(),
            leaf_hash=bytes.fromhex(held["leafHash"]),
        )


def sample_files() -> list[Path]:
    return sorted(DIRECTORY.glob("*.json"))


def file_of(name: str, schema: int) -> Path:
    return DIRECTORY / f"{name}.v{schema}.json"


def write_missing() -> list[Path]:
    """Store a sample of every format that has none, and name the files written."""
    codec = EventCodec(ORIGIN, KeysInMemory({WORKER: KEY}))
    written = []
    for version, form in enumerate(FORMATS, 1):
        path = file_of(form.name, form.schema)
        if path.exists():
            continue
        head = StreamHead(None, None) if version == 1 else StreamHead(version - 1, b"\x55" * 32)
        (sealed,) = sealed_request(
            encoded_on(codec, STREAM, head, [sample_of(form.name, form.schema, form.event_type)]),
            origin=ORIGIN,
            command=CommandIdentity("handler-1", "command-1", b""),
            touches=(Touch(STREAM, head),),
            recorded_at="2026-02-02T14:00:00.000000Z",
            rule_set=RULE_SET,
        ).events
        held = {
            "name": sealed.type,
            "schema": sealed.schema,
            "origin": ORIGIN,
            "stream": str(STREAM),
            "version": version,
            "subject": str(WORKER),
            "key": KEY.hex(),
            "body": sealed.body.decode(),
            "leaf": sealed.leaf.decode(),
            "leafHash": sealed.leaf_hash.hex(),
        }
        path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_missing()
