"""Domain events to stored bytes and back, after the formats of :mod:`infra.event_formats`.

What is in the clear, what lies under whose key, and what lies apart is for the form to say: see
:mod:`infra.stored_form`. Each personal field leaves a blinded commitment for the leaf; its blinding is inside the
encrypted part, so erasing the key hides the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast
from uuid import UUID

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from domain.case.events import CaseEvent
from domain.case.personal_data import NotRead, Withheld, require_whole, subject_of
from domain.migration.authority_events import AuthorityEvent
from infra.event_formats import BY_PLACE, BY_TYPE, EventFormat
from infra.keys import SubjectKeys
from infra.recordable import named_faults, require_recordable_as_printed
from infra.stored_form.body import Body, PartKind
from infra.stored_form.compression import CURRENT, DictionaryUnknown, compressed_all
from infra.stored_form.keyed_parts import Place, WrittenPart, roots_in_envelope
from infra.stored_form.stored_body import StoredBody
from infra.upcasters import lifted
from infra.wire_format import canonical_json, wire_adapter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")


class UnreadableEvent(Exception):
    """A stored event cannot be read: of an unknown name or schema, or not of its schema's shape."""


class EncodedBody(NamedTuple):
    """An event as it will be stored. ``roots`` of its encrypted parts go into the envelope."""

    name: str
    schema: int
    body: bytes
    roots: bytes


class WrittenEvent(NamedTuple):
    """An event in the texts that its body is made of, which are compressed before they are stored."""

    place: Place
    schema: int
    clear: bytes
    keyed: tuple[WrittenPart, ...]

    @property
    def texts(self) -> list[bytes]:
        return [self.clear, *[part.text for part in self.keyed]]

    def encoded(self, frames: Sequence[bytes]) -> EncodedBody:
        """The event of its compressed texts, in their order."""
        keyed, roots = [], []
        for part, frame in zip(self.keyed, frames[1:], strict=True):
            content, root = part.sealed(frame, self.place, dictionary=CURRENT, schema=self.schema)
            keyed.append((part.kind, content))
            roots.append((part.kind, root))
        body = Body(dictionary=CURRENT, clear=frames[0], keyed=tuple(keyed))
        return EncodedBody(self.place.event_name, self.schema, body.to_bytes(), roots_in_envelope(roots))


class EventCodec:
    """Encodes and decodes the events of one log; ``origin`` is bound into every ciphertext."""

    def __init__(self, origin: str, keys: SubjectKeys) -> None:
        self._origin = origin
        self._keys = keys

    def require_keys(self, event: CaseEvent | AuthorityEvent) -> None:
        """Have the keys of the event's subjects at hand for what follows. Raises ``KeyMissing``, ``KeyDestroyed``."""
        for role in BY_TYPE[type(event)].roles:
            self._keys.key_to_encrypt(subject_of(event, role))

    def encode(self, event: CaseEvent | AuthorityEvent, stream: UUID, version: int) -> EncodedBody:
        """Encode an event for this place in this stream. Raises as :meth:`written`."""
        written = self.written(event, stream, version)
        return written.encoded(compressed_all(written.texts))

    def written(self, event: CaseEvent | AuthorityEvent, stream: UUID, version: int) -> WrittenEvent:
        """The texts of an event for this place in this stream, for whoever compresses those of many at once.

        Raises ``KeyMissing`` when the key of a subject is not in the key store: a key is durable before the
        event that needs it; and ``NotRecordable`` for what nothing behind the log could hold, before anything is
        encrypted.
        """
        form = BY_TYPE[type(event)]
        if form.apart:
            require_whole(event)
        with named_faults(event, form.name):
            clear = form.adapter.dump_python(event, mode="json", by_alias=True)
            keyed = [self._written_part(event, kind, names, clear) for kind, names in form.parts]
            written = WrittenEvent(
                Place(self._origin, stream, version, form.name), form.schema, canonical_json(clear), tuple(keyed)
            )
        require_recordable_as_printed(event, form.name, written.texts)
        return written

    def _written_part(
        self, event: object, kind: PartKind, names: Iterable[str], content: dict[str, object]
    ) -> WrittenPart:
        """The fields of these names, taken out of ``content``."""
        subject = subject_of(event, kind.role)
        fields = [(name, content.pop(name)) for name in names]
        return WrittenPart.of(kind, subject, self._keys.key_to_encrypt(subject), fields)

    def decode(
        self, name: str, schema: int, body: bytes, stream: UUID, version: int, *, with_apart: bool = True
    ) -> CaseEvent:
        """Decode a stored event; personal fields of an erased subject come back as ``Withheld``.

        Without ``with_apart`` what lies apart is not opened and comes back as ``NotRead``. Raises
        :class:`UnreadableEvent`; its text names the place, never the content.
        """
        form = _form_of(name, schema, stream, version)
        try:
            fields = self._fields(form, body, stream, version, with_apart=with_apart)
            return cast(CaseEvent, form.adapter.validate_python(fields))
        except _UNREADABLE as why:
            raise _unreadable(form, body, stream, version, why) from None

    def decode_as(self, part: type[P], name: str, schema: int, body: bytes, stream: UUID, version: int) -> P:
        """Only those fields of a stored event that ``part``, a dataclass, has: for readers of many events.

        Withheld fields and what cannot be read are as with :meth:`decode`; what ``part`` leaves out is not looked at.
        """
        form = _form_of(name, schema, stream, version)
        adapter, names = wire_adapter(part), [*map(to_camel, part.__dataclass_fields__)]
        try:
            with_apart = not form.apart.isdisjoint(names)
            fields = self._fields(form, body, stream, version, with_apart=with_apart)
            return adapter.validate_python({name: fields[name] for name in names})
        except _UNREADABLE as why:
            raise _unreadable(form, body, stream, version, why) from None

    def _fields(
        self, form: EventFormat, body: bytes, stream: UUID, version: int, *, with_apart: bool
    ) -> dict[str, Any]:
        """The fields by wire name in the shape of today, personal ones opened, withheld or not read."""
        stored = StoredBody.read(body, form.schema)
        fields = lifted(form.name, form.schema, stored.clear)
        if not form.personal.keys().isdisjoint(fields):
            # Else "withheld" could be written over a verdict without erasing anything.
            raise ValueError("a personal field is not encrypted")
        place = Place(self._origin, stream, version, form.name)
        for part in stored.parts:
            if part.kind.lies_apart and not with_apart:
                fields |= dict.fromkeys(form.apart_of(part.kind.role), NotRead())
            else:
                subject = stored.key_of(part)
                key = self._keys.key_to_decrypt(subject)
                fields |= (
                    dict.fromkeys(form.fields_of(part.kind.role), Withheld())
                    if key is None
                    else part.open(key, place, subject)
                )
        return fields


_UNREADABLE: Final = (ValidationError, LookupError, ValueError, TypeError, AttributeError)


def _form_of(name: str, schema: int, stream: UUID, version: int) -> EventFormat:
    form = BY_PLACE.get((name, schema))
    if form is None:
        raise UnreadableEvent(f"{stream} version {version}: no event {name!r} of schema {schema} is known")
    return form


def _unreadable(form: EventFormat, body: bytes, stream: UUID, version: int, why: Exception) -> UnreadableEvent:
    if isinstance(why, DictionaryUnknown):
        return UnreadableEvent(f"{stream} version {version}: {why}")
    return UnreadableEvent(
        f"{stream} version {version}: the stored {form.name} does not have the shape of schema {form.schema} "
        f"({type(why).__name__}); its body has sha256 {sha256(body).hexdigest()}"
    )
