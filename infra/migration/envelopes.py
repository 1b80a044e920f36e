"""The envelope in which an authority sends a record, read strictly and held to the record that is in it.

The sender says what the message is about (authority, file number, time of change, digest of the record). Where that is
not what the record itself says, something was mixed up or damaged on the way, and nobody here knows which side is
right: the message is dead-lettered, with a reason that names the disagreement and nothing of the content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from consumers.consumer import MessageRefused
from domain.migration.plausible_days import moment_of
from domain.migration.reading import Fact, LegacyMapping
from domain.migration.source_lines import LONGEST_LINE
from infra.message_wire import WireRecord

SCHEMA_VERSION: Final = 1
SCHEMA_VERSION_HEADER: Final = "ce_schemaversion"
_SCHEMA_VERSION_FIELD: Final = "schemaVersion"

_Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Envelope(BaseModel):
    """One record of a former system on its way. ``key`` and ``sequence`` are null where the record itself has none."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, alias_generator=to_camel
    )

    authority: _Word
    source_system: _Word
    key: Annotated[str | None, Field(description="the record's file number, and the key of the message")]
    sequence: Annotated[str | None, Field(description="the record's own time of change, as it is in the record")]
    batch: _Word
    sha256: Annotated[
        str,
        Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the record in canonical JSON (RFC 8785), hexadecimal"),
    ]
    record: Annotated[dict[str, Any], Field(description="the record as its former system has it", repr=False)]
    schema_version: Literal[1] = SCHEMA_VERSION


def read_envelope(message: WireRecord) -> Envelope:
    """The envelope of a message; numbers of its record are as they were written.

    Raises :class:`MessageRefused`.
    """
    if message.value is None:
        raise MessageRefused("legacyEnvelopeWithoutValue")
    if len(message.value) > LONGEST_LINE:
        raise MessageRefused("legacyEnvelopeTooLong")
    content = _object(message.value)
    stated = [value for name, value in message.headers if name == SCHEMA_VERSION_HEADER]
    version = content.get(_SCHEMA_VERSION_FIELD, SCHEMA_VERSION)
    if type(version) is not int or version != SCHEMA_VERSION or any(each != b"1" for each in stated):
        raise MessageRefused("legacyEnvelopeSchemaVersionUnknown")
    try:
        return Envelope.model_validate(content)
    except ValidationError as why:
        kinds = {each["type"] for each in why.errors(include_url=False, include_context=False, include_input=False)}
    if "missing" in kinds:
        raise MessageRefused("legacyEnvelopeFieldMissing")
    raise MessageRefused("legacyEnvelopeFieldUnknown" if "extra_forbidden" in kinds else "legacyEnvelopeFieldMalformed")


def hold_to_record(envelope: Envelope, key: bytes | None, mapping: LegacyMapping) -> None:
    """Raise :class:`MessageRefused` unless envelope, message ``key`` and record say the same."""
    if envelope.authority != mapping.authority:
        raise MessageRefused("legacyRecordOfAnotherAuthority")
    if record_digest(envelope.record) != envelope.sha256:
        raise MessageRefused("legacyEnvelopeDigestWrong")
    reading = mapping.read(envelope.record)
    if (envelope.key or None) != reading.text(Fact.KEY):
        raise MessageRefused("legacyEnvelopeKeyOtherThanRecord")
    if (key or b"") != (envelope.key or "").encode():
        raise MessageRefused("legacyEnvelopeKeyOtherThanMessage")
    if not _same_moment(envelope.sequence or None, reading.text(Fact.MODIFIED)):
        raise MessageRefused("legacyEnvelopeSequenceOtherThanRecord")


def record_digest(record: dict[str, Any]) -> str:
    """SHA-256 of the record in canonical JSON. Raises :class:`MessageRefused` for one that has no such form."""
    try:
        return hashlib.sha256(rfc8785.dumps(_with_numbers_of_ecmascript(record))).hexdigest()
    except (ValueError, OverflowError, RecursionError):
        # Half a surrogate pair, a number beyond what ECMAScript has, an object nested without end.
        raise MessageRefused("legacyEnvelopeNotCanonical") from None


def _object(value: bytes) -> dict[str, Any]:
    try:
        content = json.loads(
            value.decode("utf-8"),
            object_pairs_hook=_each_name_once,
            parse_float=Decimal,
            parse_constant=_no_json,
        )
    except (ValueError, RecursionError):
        raise MessageRefused("legacyEnvelopeUnreadable") from None
    if not isinstance(content, dict):
        raise MessageRefused("legacyEnvelopeUnreadable")
    return content


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MessageRefused("legacyEnvelopeNameTwice")
    return found


def _no_json(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _with_numbers_of_ecmascript(value: Any) -> Any:
    """RFC 8785 writes every number as ECMAScript does, whose numbers are doubles."""
    if isinstance(value, dict):
        return {name: _with_numbers_of_ecmascript(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_numbers_of_ecmascript(each) for each in value]
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return float(value)
    return value


def _same_moment(stated: str | None, own: str | None) -> bool:
    """Whether both are the same text, or the same moment in another way of writing it."""
    if stated == own or stated is None or own is None:
        return stated == own
    moment = moment_of(stated)
    return moment is not None and moment == moment_of(own)
