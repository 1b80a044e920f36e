"""Golden samples: the exact bytes of stored events, with the key that opens them.

Those of form 1, in JSON, lie here, those of form 2 in ``form_2``. A file is written once, by
``python -m tests.stored_events.stored_sample``, which leaves every file that exists as it is. It is never edited: what
was stored in a journal cannot be edited either.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from infra.event_codec import EventCodec
from infra.event_formats import BY_TYPE, FORMATS
from infra.keys import KEY_BYTES
from infra.postgres.journal.append_requests import CommandIdentity, StreamHead, Touch
from infra.postgres.journal.sealing import encoded_on, sealed_request
from tests.keys.keys_in_memory import KeysInMemory
from tests.stored_events.samples import ORIGIN, RULE_SET, STREAM, WORKER, sample_of

FORM_1: Final = Path(__file__).parent
FORM_2: Final = FORM_1 / "form_2"
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
    envelope: bytes
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
            body=held["body"].encode() if path.parent == FORM_1 else b64decode(held["body"]),
            envelope=held["leaf"].encode() if path.parent == FORM_1 else b64decode(held["envelope"]),
            leaf_hash=bytes.fromhex(held["leafHash"]),
        )


def sample_files() -> list[Path]:
    return [*sorted(FORM_1.glob("*.json")), *sorted(FORM_2.glob("*.json"))]


def file_of(name: str, schema: int) -> Path:
    """The earliest: of form 1 every schema of its time, of form 2 those that came later."""
    first = FORM_1 / f"{name}.v{schema}.json"
    return first if first.exists() else FORM_2 / first.name


def write_missing() -> list[Path]:
    """Store a sample of every format that is written and has none, and name the files written."""
    codec = EventCodec(ORIGIN, KeysInMemory({WORKER: KEY}))
    written = []
    for version, form in enumerate(FORMATS, 1):
        path = FORM_2 / f"{form.name}.v{form.schema}.json"
        if path.exists() or BY_TYPE[form.event_type] is not form:
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
            "body": b64encode(sealed.body).decode(),
            "envelope": b64encode(sealed.envelope).decode(),
            "leafHash": sealed.leaf_hash.hex(),
        }
        path.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    write_missing()
