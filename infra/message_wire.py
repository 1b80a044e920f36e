"""Messages as records: CloudEvents 1.0 in binary mode, after the Kafka protocol binding and the Belgif guide.

Key: the application's id. Value: the data as JSON, never empty. Headers: ``ce_*``, ``content-type``, ``traceparent``.
The trace of a case is the case itself: its events share one trace id, whichever process sends them.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

import orjson

from consumers.consumer import MessageRefused
from consumers.messages import Message
from domain.codes import AUTHORITIES
from domain.plain_text import LAYOUT, is_plain
from infra.message_contract import KNOWN_KINDS, KNOWN_VERSIONS
from infra.recordable import EARLIEST, LATEST

SERVICE: Final = "single-permit"
_TYPE: Final = "be.{authority}.singlepermit.v1.{kind}"
_MARK: Final = ".singlepermit.v1."

_SPECIFICATION: Final = ("ce_specversion", b"1.0")
_SERVICE: Final = ("ce_service", SERVICE.encode())
_CONTENT_TYPE: Final = ("content-type", b"application/json")
_REMEMBERED: Final = 10_000
"""Cases whose parts are kept: the events of a case come near each other, and a window has some thousands."""


class WireRecord(NamedTuple):
    """A record as Kafka carries it. A named tuple, because a relay makes some ten thousands of them a second."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    def packed(self) -> bytes:
        """The whole record in one piece, for keeping it as a dead letter."""
        return orjson.dumps(
            {
                "key": _text(self.key),
                "value": _text(self.value),
                "headers": [[name, _text(content)] for name, content in self.headers],
            }
        )

    @classmethod
    def unpacked(cls, content: bytes) -> WireRecord:
        parts = orjson.loads(content)
        headers = [(name, _bytes(each) or b"") for name, each in parts["headers"]]
        return cls(_bytes(parts["key"]), _bytes(parts["value"]), headers)


def to_wire(message: Message, source: str) -> WireRecord:
    """The record of a message; ``source`` is the URI of the journal it comes from."""
    case = _case_parts(message.case_id)
    headers = [
        _SPECIFICATION,
        ("ce_id", message.event_id.encode()),
        _source(source),
        _event_type(message.authority, message.kind),
        ("ce_time", message.time.astimezone(UTC).isoformat().encode()),
        case.subject,
        case.partition_key,
        _SERVICE,
        ("ce_schemaversion", b"%d" % message.schema),
        ("ce_streamversion", b"%d" % message.version),
        ("ce_position", b"%d" % message.position),
        case.correlation,
        ("traceparent", b"%b%016x-01" % (case.trace, message.position)),
        _CONTENT_TYPE,
    ]
    if message.causation_id is not None:
        headers.append(("ce_causationid", message.causation_id.encode()))
    return WireRecord(case.key, orjson.dumps(message.data), headers)


class _CaseParts(NamedTuple):
    """What the records of one case have in common."""

    key: bytes
    subject: tuple[str, bytes]
    partition_key: tuple[str, bytes]
    correlation: tuple[str, bytes]
    trace: bytes


@lru_cache(maxsize=_REMEMBERED)
def _case_parts(case_id: UUID) -> _CaseParts:
    key = str(case_id).encode()
    return _CaseParts(
        key=key,
        subject=("ce_subject", key),
        partition_key=("ce_partitionkey", key),
        correlation=("ce_correlationid", key),
        trace=f"00-{case_id.hex}-".encode(),
    )


@lru_cache(maxsize=_REMEMBERED)
def _event_type(authority: str, kind: str) -> tuple[str, bytes]:
    return "ce_type", _TYPE.format(authority=authority, kind=kind).encode()


@lru_cache(maxsize=_REMEMBERED)
def _source(source: str) -> tuple[str, bytes]:
    return "ce_source", source.encode()


def from_wire(topic: str, record: WireRecord) -> Message:
    """The message of a record that came on ``topic`` (without prefix).

    Raises :class:`MessageRefused` for one that is none of ours, or of a kind or schema version that the contract does
    not have on this topic; the reason says which part of it is at fault.
    """
    headers = {name: content or b"" for name, content in record.headers}  # Kafka has headers without a value, too
    if record.value is None:
        raise MessageRefused("noValue")

    def read(name: str, into: Callable[[str], object]) -> object:
        try:
            return into(_line(headers[name]))
        except KeyError:
            raise MessageRefused(f"missing.{name}") from None
        except ValueError:
            raise MessageRefused(f"unreadable.{name}") from None

    if read("ce_specversion", str) != "1.0":
        raise MessageRefused("unreadable.ce_specversion")
    event_type = str(read("ce_type", str))
    authority, mark, kind = event_type.removeprefix("be.").partition(_MARK)
    if not mark or not event_type.startswith("be."):
        raise MessageRefused("unreadable.ce_type")
    if authority not in AUTHORITIES or (topic, kind) not in KNOWN_KINDS:
        raise MessageRefused("unknown.ce_type")
    try:
        data = orjson.loads(record.value)
    except ValueError:
        raise MessageRefused("unreadable.value") from None
    if not isinstance(data, dict) or not _is_plain(data):
        raise MessageRefused("unreadable.value")
    cause = None if "ce_causationid" not in headers else str(read("ce_causationid", str))
    case_id, time = read("ce_subject", UUID), read("ce_time", _moment)
    version, position = read("ce_streamversion", int), read("ce_position", int)
    schema = read("ce_schemaversion", int)
    if (topic, kind, schema) not in KNOWN_VERSIONS:
        # Another shape may look like a known one: what it says would be guessed.
        raise MessageRefused("unknown.ce_schemaversion")
    if not isinstance(case_id, UUID) or not isinstance(time, datetime):
        raise AssertionError("both have been read as what they are")
    return Message(
        topic=topic,
        kind=kind,
        authority=authority,
        event_id=str(read("ce_id", str)),
        case_id=case_id,
        version=int(str(version)),
        position=int(str(position)),
        time=time,
        schema=int(str(schema)),
        data=data,
        causation_id=cause,
    )


def _line(content: bytes) -> str:
    """Raises ValueError for what is no UTF-8 or holds a control character, which no row of ours could keep."""
    text = content.decode()
    if not is_plain(text):
        raise ValueError
    return text


def _moment(text: str) -> datetime:
    """Raises ValueError for a moment of no time zone, or of none that every zone has a date for."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not EARLIEST <= moment <= LATEST:
        raise ValueError
    return moment


def _is_plain(data: object) -> bool:
    """Whether every text in the data, names among them, can be kept."""
    if isinstance(data, str):
        return is_plain(data, LAYOUT)
    if isinstance(data, dict):
        return all(_is_plain(name) and _is_plain(value) for name, value in data.items())
    return not isinstance(data, list) or all(map(_is_plain, data))


def _text(content: bytes | None) -> str | None:
    return None if content is None else b64encode(content).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
