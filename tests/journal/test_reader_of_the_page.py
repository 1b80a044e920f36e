"""A reader of the journal written from docs/flows/journal.md alone, as a stranger would in another language.

It uses nothing of the program: the standard library, AES-256-GCM and zstd. What it reads of a journal is compared
with what the program reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.law.rulebook import Rulebook
from infra.event_codec import EventCodec
from infra.wire_format import wire_adapter
from tests.audit.case_book import ORIGIN, CaseBook

DICTIONARIES = Path(__file__).parents[2] / "infra" / "stored_form" / "dictionaries"
SUBJECTS = {
    1: "workerSubject",
    2: "employerContactSubject",
    3: "representativeSubject",
    4: "applicantSubject",
}


@dataclass
class Reader:
    """Reads rows by the page. ``keys`` holds the data keys by their ids."""

    origin: str
    keys: dict[UUID, bytes]

    def leaf(self, row: Row) -> bytes:
        envelope = row.envelope
        assert envelope[0] == 2
        has_prev, parts = envelope[1], envelope[2]
        at = 27
        prev = envelope[at : at + 32] if has_prev else bytes(32)
        at += 32 if has_prev else 0
        listed, context = envelope[at : at + 33 * parts], envelope[at + 33 * parts :]
        place = sha256(
            named(self.origin)
            + row.stream.bytes
            + row.version.to_bytes(8, "big")
            + named(row.type)
            + row.schema.to_bytes(2, "big")
        ).digest()
        body = sha256(row.body).digest()
        assert (envelope[3:11], envelope[11:19]) == (place[:8], body[:8])
        fields = sha256(listed).digest() if parts else bytes(32)
        return b"\x02" + place + prev + body + envelope[19:27] + fields + sha256(context).digest()

    def context(self, row: Row) -> list[str]:
        at = 27 + 32 * row.envelope[1] + 33 * row.envelope[2]
        texts = []
        while at < len(row.envelope):
            length, at = varint(row.envelope, at)
            texts.append(spelled(row.envelope[at : at + length]))
            at += length
        return texts

    def event(self, row: Row) -> dict[str, Any]:
        """The fields of an event, clear and personal."""
        assert row.body[0] == 2
        dictionary = row.body[1]
        length, at = varint(row.body, 2)
        fields: dict[str, Any] = json.loads(unpacked(row.body[at : at + length], dictionary))
        at += length
        roots = row.envelope[27 + 32 * row.envelope[1] :]
        while at < len(row.body):
            kind = row.body[at]
            length, at = varint(row.body, at + 1)
            part, root = self.part(row, kind, dictionary, UUID(fields[SUBJECTS[kind & 15]]), row.body[at : at + length])
            assert (roots[0], roots[1:33]) == (kind, root)
            roots = roots[33:]
            fields |= part
            at += length
        return fields

    def part(self, row: Row, kind: int, dictionary: int, key: UUID, sealed: bytes) -> tuple[dict[str, Any], bytes]:
        bound = (
            bytes([2, dictionary, kind])
            + row.stream.bytes
            + row.version.to_bytes(8, "big")
            + key.bytes
            + row.schema.to_bytes(2, "big")
            + named(self.origin)
            + row.type.encode()
        )
        plain = AESGCM(self.keys[key]).decrypt(sealed[:12], sealed[12:], bound)
        salt, content = plain[:16], unpacked(plain[16:], dictionary)
        fields: dict[str, Any] = json.loads(content)
        root = sha256()
        for name in sorted(fields):
            value = json.dumps(fields[name], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            blinding = sha256(salt + name.encode()).digest()
            root.update(bytes([len(name)]) + name.encode() + sha256(blinding + value).digest())
        return fields, root.digest()


@dataclass
class Row:
    stream: UUID
    version: int
    type: str
    schema: int
    known_at: datetime
    leaf_hash: bytes
    envelope: bytes
    body: bytes


def rows_of(url: str) -> Iterator[Row]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select stream, version, type, schema, known_at, leaf_hash, envelope, body from permit.journal"
            " order by position"
        )
        for stream, version, type_, schema, known_at, leaf_hash, envelope, body in cursor:
            yield Row(
                UUID(str(stream)), version, type_, schema, known_at, bytes(leaf_hash), bytes(envelope), bytes(body)
            )


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def named(text: str) -> bytes:
    return len(text.encode()).to_bytes(2, "big") + text.encode()


def spelled(content: bytes) -> str:
    text, at = "", 0
    while at < len(content):
        if content[at] == 0xFF:
            text += str(UUID(bytes=content[at + 1 : at + 17]))
            at += 17
        elif content[at] == 0xFE:
            text += content[at + 1 : at + 33].hex()
            at += 33
        else:
            end = at
            while end < len(content) and content[end] < 0xFE:
                end += 1
            text += content[at:end].decode()
            at = end
    return text


def unpacked(frame: bytes, dictionary: int) -> bytes:
    trained = None
    if dictionary:
        trained = zstandard.ZstdCompressionDict((DICTIONARIES / f"{dictionary}.zdict").read_bytes())
    coder = zstandard.ZstdDecompressor(dict_data=trained, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
    return coder.decompress(frame)


@pytest.fixture
def book(unnamed_journal: str) -> Iterator[CaseBook]:
    with closing(CaseBook(unnamed_journal, Rulebook.load())) as book:
        book.granted("highlySkilled", "52000.00")
        book.filed("nurse", "20000.00", evidence=True)
        yield book


@pytest.mark.server
def test_a_stranger_reads_what_the_program_reads(book: CaseBook) -> None:
    # given cases with an assessment, and the keys of their people
    rows = list(rows_of(book.url))
    subjects = {UUID(value) for value in subjects_in(rows)}
    reader = Reader(ORIGIN, {each: book.keys.key_to_decrypt(each) for each in subjects})
    codec = EventCodec(ORIGIN, book.keys)
    heads: dict[UUID, bytes] = {}
    latest = datetime(2000, 1, 1, tzinfo=UTC)
    for row in rows:
        # when he reads the log by the page, then every leaf has its hash and follows the one before
        leaf = reader.leaf(row)
        assert len(leaf) == 169
        assert sha256(b"\0" + leaf).digest() == row.leaf_hash
        assert leaf[33:65] == heads.get(row.stream, bytes(32))
        heads[row.stream] = row.leaf_hash
        # and who recorded it when, and under which law, can be told
        recorded = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=int.from_bytes(leaf[97:105], "big"))
        latest = max(latest, recorded)
        assert row.known_at == latest
        actor, command, _cause, law = reader.context(row)
        assert actor
        assert command
        assert law == book.law.sha256
        # and every event has the fields that the program reads
        fields = reader.event(row)
        event = codec.decode(row.type, row.schema, row.body, row.stream, row.version)
        assert fields == in_json(event)
    assert any("findings" in reader.event(row) for row in rows)


def in_json(event: object) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(wire_adapter(type(event)).dump_json(event, by_alias=True))
    return shown


def subjects_in(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        length, at = varint(row.body, 2)
        clear = json.loads(unpacked(row.body[at : at + length], row.body[1]))
        yield from (clear[name] for name in SUBJECTS.values() if clear.get(name))
