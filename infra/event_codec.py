"""Domain events to stored bytes and back: stable names, schema versions, clear fields apart from personal ones.

A stored body is ``{"clear": {...}, "personal": {role: ciphertext group}}``. Each personal field also leaves a
salted commitment for the leaf; its salt is inside the encrypted group, so erasing the key hides the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from domain.case import events
from domain.case.events import CaseEvent
from domain.case.personal_data import SubjectRole, Withheld, personal_fields, subject_of
from domain.migration import authority_events
from domain.migration.authority_events import AuthorityEvent
from infra.keys import SubjectKeys
from infra.personal_groups import GroupAddress, open_group, seal_group
from infra.recordable import require_recordable
from infra.upcasters import lifted
from infra.wire_format import canonical_json, wire_adapter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class EventFormat:
    """How one type of event is stored. The name is for ever; a new shape gets a higher schema.

    It gets a type of its own too, unless the type of today reads both: then the highest schema is written.
    """

    name: str
    schema: int
    event_type: type[CaseEvent | AuthorityEvent]
    adapter: TypeAdapter[Any]
    personal: dict[str, SubjectRole]
    """Wire names of the personal fields, with whose they are."""


def _format(name: str, schema: int, event_type: type[CaseEvent | AuthorityEvent]) -> EventFormat:
    marked = {to_camel(field): role for field, role in personal_fields(event_type).items()}
    return EventFormat(name, schema, event_type, wire_adapter(event_type), marked)


FORMATS: Final = (
    _format("ApplicationSubmitted", 1, events.ApplicationSubmitted),
    _format("ApplicationSubmitted", 2, events.ApplicationSubmitted),
    _format("DocumentAttached", 1, events.DocumentAttached),
    _format("FeePaid", 1, events.FeePaid),
    _format("CaseCorrected", 1, events.CaseCorrected),
    _format("CaseCorrected", 2, events.CaseCorrected),
    _format("ApplicationWithdrawn", 1, events.ApplicationWithdrawn),
    _format("CrossroadsCheckRequested", 1, events.CrossroadsCheckRequested),
    _format("CrossroadsCheckAnswered", 1, events.CrossroadsCheckAnswered),
    _format("CrossroadsCheckFailed", 1, events.CrossroadsCheckFailed),
    _format("EmployerIdentified", 1, events.EmployerIdentified),
    _format("EmployerIdentified", 2, events.EmployerIdentified),
    _format("PersonIdentifierReplaced", 1, events.PersonIdentifierReplaced),
    _format("EmploymentVerified", 1, events.EmploymentVerified),
    _format("SalaryVerified", 1, events.SalaryVerified),
    _format("SalaryVerified", 2, events.SalaryVerified),
    _format("SalaryVerified", 3, events.SalaryVerified),
    _format("LabourMarketEvidenceAdded", 1, events.LabourMarketEvidenceAdded),
    _format("LabourMarketTestAssessed", 1, events.LabourMarketTestAssessed),
    _format("LabourMarketTestAssessed", 2, events.LabourMarketTestAssessed),
    _format("CaseAssigned", 1, events.CaseAssigned),
    _format("MandateVerified", 1, events.MandateVerified),
    _format("InformationRequested", 1, events.InformationRequested),
    _format("InformationProvided", 1, events.InformationProvided),
    _format("ApplicationDeclaredAdmissible", 1, events.ApplicationDeclaredAdmissible),
    _format("ApplicationDeclaredInadmissible", 1, events.ApplicationDeclaredInadmissible),
    _format("WorkPartDecided", 1, events.WorkPartDecided),
    _format("WorkPartDecided", 2, events.WorkPartDecided),
    _format("WorkPartDecided", 3, events.WorkPartDecided),
    _format("ApplicationForwardedToImmigrationOffice", 1, events.ApplicationForwardedToImmigrationOffice),
    _format("ResidencePartDecided", 1, events.ResidencePartDecided),
    _format("ApplicationDecided", 1, events.ApplicationDecidedAtOnce),
    _format("ApplicationDecided", 2, events.ApplicationDecided),
    _format("ClockPaused", 1, events.ClockPaused),
    _format("ClockResumed", 1, events.ClockResumed),
    _format("ClockCorrected", 1, events.ClockCorrected),
    _format("DeadlineWarned", 1, events.DeadlineWarned),
    _format("DeadlineBreached", 1, events.DeadlineBreached),
    # Schema 1 had the employer's name in clear. It was never released, and nothing reads it any more (ADR 3).
    _format("LegacyRecordRetold", 2, events.LegacyRecordRetold),
)

AUTHORITY_FORMATS: Final = (
    _format("AuthorityCutOver", 1, authority_events.AuthorityCutOver),
    _format("AuthorityCutBack", 1, authority_events.AuthorityCutBack),
)
"""The events of an authority's own stream, which is no case."""

_BY_PLACE: Final = {(each.name, each.schema): each for each in (*FORMATS, *AUTHORITY_FORMATS)}
_BY_TYPE: Final = {each.event_type: each for each in (*FORMATS, *AUTHORITY_FORMATS)}


def is_readable(name: str, schema: int) -> bool:
    """Whether this program knows events stored under this name and schema."""
    return (name, schema) in _BY_PLACE


def stored_names(event_types: Iterable[type[CaseEvent]]) -> frozenset[str]:
    """The names under which events of these types lie in the journal."""
    return frozenset(_BY_TYPE[each].name for each in event_types)


def stored_shapes(event_types: Iterable[type[CaseEvent]]) -> frozenset[tuple[str, int]]:
    """The names and schemas under which events of these types lie in the journal."""
    wanted = frozenset(event_types)
    return frozenset((each.name, each.schema) for each in FORMATS if each.event_type in wanted)


class UnreadableEvent(Exception):
    """A stored event cannot be read: of an unknown name or schema, or not of its schema's shape."""


@dataclass(frozen=True, slots=True)
class EncodedBody:
    """An event as it will be stored. ``commitments`` go into the leaf."""

    name: str
    schema: int
    body: bytes
    commitments: dict[str, str]


class EventCodec:
    """Encodes and decodes the events of one log; ``origin`` is bound into every ciphertext."""

    def __init__(self, origin: str, keys: SubjectKeys) -> None:
        self._origin = origin
        self._keys = keys

    def encode(self, event: CaseEvent | AuthorityEvent, stream: UUID, version: int) -> EncodedBody:
        """Encode an event for this place in this stream.

        Raises ``KeyMissing`` when the key of a subject is not in the key store: a key is durable before the
        event that needs it; and ``NotRecordable`` for what nothing behind the log could hold, before anything is
        encrypted.
        """
        form = _BY_TYPE[type(event)]
        require_recordable(event, form.name)
        clear: dict[str, object] = form.adapter.dump_python(event, mode="json", by_alias=True)
        fields_of: dict[SubjectRole, dict[str, object]] = {}
        for name, role in form.personal.items():
            fields_of.setdefault(role, {})[name] = clear.pop(name)
        body: dict[str, object] = {"clear": clear}
        commitments: dict[str, str] = {}
        if fields_of:
            groups = {}
            for role, fields in fields_of.items():
                subject = subject_of(event, role)
                address = GroupAddress(self._origin, stream, version, form.name, role, subject)
                group, committed = seal_group(self._keys.key_to_encrypt(subject), address, fields)
                groups[role.value] = group
                commitments.update(committed)
            body["personal"] = groups
        return EncodedBody(form.name, form.schema, canonical_json(body), commitments)

    def decode(self, name: str, schema: int, body: bytes, stream: UUID, version: int) -> CaseEvent:
        """Decode a stored event; personal fields of an erased subject come back as ``Withheld``.

        Raises :class:`UnreadableEvent`; its text names the place, never the content.
        """
        form = _form_of(name, schema, stream, version)
        try:
            fields = self._fields(form, body, stream, version)
            return cast(CaseEvent, form.adapter.validate_python(fields))
        except (ValidationError, KeyError, ValueError, TypeError, AttributeError) as why:
            raise _unreadable(form, body, stream, version, why) from None

    def decode_as(self, part: type[P], name: str, schema: int, body: bytes, stream: UUID, version: int) -> P:
        """Only those fields of a stored event that ``part``, a dataclass, has: for readers of many events.

        Withheld fields and what cannot be read are as with :meth:`decode`; what ``part`` leaves out is not looked at.
        """
        form = _form_of(name, schema, stream, version)
        adapter = wire_adapter(part)
        try:
            fields = self._fields(form, body, stream, version)
            return adapter.validate_python({name: fields[name] for name in map(to_camel, part.__dataclass_fields__)})
        except (ValidationError, KeyError, ValueError, TypeError, AttributeError) as why:
            raise _unreadable(form, body, stream, version, why) from None

    def _fields(self, form: EventFormat, body: bytes, stream: UUID, version: int) -> dict[str, Any]:
        """The fields by wire name in the shape of today, personal ones opened or withheld."""
        stored: dict[str, Any] = orjson.loads(body)
        fields = lifted(form.name, form.schema, stored["clear"])
        if fields.keys() & form.personal.keys():
            # Else "withheld" could be written over a verdict without erasing anything.
            raise ValueError("a personal field is not encrypted")
        for role, group in stored.get("personal", {}).items():
            if group["key"] != fields.get(f"{role}Subject"):
                raise ValueError("a personal group is under another person's key")
            fields |= self._opened(form, SubjectRole(role), group, stream, version)
        return fields

    def _opened(
        self, form: EventFormat, role: SubjectRole, group: dict[str, str], stream: UUID, version: int
    ) -> dict[str, object]:
        subject = UUID(group["key"])
        key = self._keys.key_to_decrypt(subject)
        if key is None:
            return {name: Withheld() for name, owner in form.personal.items() if owner is role}
        return open_group(key, GroupAddress(self._origin, stream, version, form.name, role, subject), group)


def _form_of(name: str, schema: int, stream: UUID, version: int) -> EventFormat:
    form = _BY_PLACE.get((name, schema))
    if form is None:
        raise UnreadableEvent(f"{stream} version {version}: no event {name!r} of schema {schema} is known")
    return form


def _unreadable(form: EventFormat, body: bytes, stream: UUID, version: int, why: Exception) -> UnreadableEvent:
    return UnreadableEvent(
        f"{stream} version {version}: the stored {form.name} does not have the shape of schema {form.schema} "
        f"({type(why).__name__}); its body has sha256 {sha256(body).hexdigest()}"
    )
