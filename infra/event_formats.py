"""How each type of event is stored: its name for ever, the number of its shape, and which of its fields are whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel

from domain.case import events
from domain.case.events import CaseEvent
from domain.case.personal_data import SubjectRole, fields_apart, personal_fields
from domain.migration import authority_events
from domain.migration.authority_events import AuthorityEvent
from infra.stored_form.body import PartKind
from infra.wire_format import wire_adapter


@dataclass(frozen=True)
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
    apart: frozenset[str]
    """Those of them that lie in a part of their own."""
    in_clear: frozenset[str]
    """Those that this schema had in clear, of what is personal today."""

    @cached_property
    def roles(self) -> frozenset[SubjectRole]:
        """Of whom it holds something."""
        return frozenset(self.personal.values())

    @cached_property
    def parts(self) -> tuple[tuple[PartKind, tuple[str, ...]], ...]:
        """The parts that are encrypted, in the order in which they are stored, with their wire names in order."""
        names: dict[PartKind, list[str]] = {}
        for name, role in sorted(self.personal.items()):
            names.setdefault(PartKind.of(role, apart=name in self.apart), []).append(name)
        return tuple((kind, tuple(names[kind])) for kind in sorted(names))

    def fields_of(self, role: SubjectRole) -> tuple[str, ...]:
        """The wire names of all that is personal to ``role``."""
        return tuple([name for name, owner in self.personal.items() if owner is role])

    def apart_of(self, role: SubjectRole) -> tuple[str, ...]:
        """The wire names of what lies apart for ``role``."""
        return tuple([name for name in self.fields_of(role) if name in self.apart])


def _format(
    name: str, schema: int, event_type: type[CaseEvent | AuthorityEvent], *, in_clear: tuple[str, ...] = ()
) -> EventFormat:
    marked = {to_camel(field): role for field, role in personal_fields(event_type).items()}
    personal = {field: role for field, role in marked.items() if field not in in_clear}
    apart = frozenset(map(to_camel, fields_apart(event_type)))
    return EventFormat(name, schema, event_type, wire_adapter(event_type), personal, apart, frozenset(in_clear))


FORMATS: Final = (
    _format("ApplicationSubmitted", 1, events.ApplicationSubmitted, in_clear=("employerName", "mandateReference")),
    _format("ApplicationSubmitted", 2, events.ApplicationSubmitted, in_clear=("employerName", "mandateReference")),
    _format("ApplicationSubmitted", 3, events.ApplicationSubmitted),
    _format("ApplicationSubmitted", 4, events.ApplicationSubmitted),
    _format("DocumentAttached", 1, events.DocumentAttached),
    _format("DocumentWithdrawn", 1, events.DocumentWithdrawn),
    _format("FeePaid", 1, events.FeePaid, in_clear=("paymentReference",)),
    _format("FeePaid", 2, events.FeePaid),
    _format("FeePaymentVoided", 1, events.FeePaymentVoided),
    _format("CaseCorrected", 1, events.CaseCorrected, in_clear=("employerName",)),
    _format("CaseCorrected", 2, events.CaseCorrected, in_clear=("employerName",)),
    _format("CaseCorrected", 3, events.CaseCorrected),
    _format("ApplicationWithdrawn", 1, events.ApplicationWithdrawn),
    _format("CrossroadsCheckRequested", 1, events.CrossroadsCheckRequested),
    _format("CrossroadsCheckAnswered", 1, events.CrossroadsCheckAnswered),
    _format("CrossroadsCheckFailed", 1, events.CrossroadsCheckFailed),
    _format("EmployerIdentified", 1, events.EmployerIdentified, in_clear=("name", "hasDebts")),
    _format("EmployerIdentified", 2, events.EmployerIdentified, in_clear=("name", "hasDebts")),
    _format("EmployerIdentified", 3, events.EmployerIdentified),
    _format("PersonIdentifierReplaced", 1, events.PersonIdentifierReplaced),
    _format("EmploymentVerified", 1, events.EmploymentVerified),
    _format("SalaryVerified", 1, events.SalaryVerified),
    _format("SalaryVerified", 2, events.SalaryVerified),
    _format("SalaryVerified", 3, events.SalaryVerified),
    _format("LabourMarketEvidenceAdded", 1, events.LabourMarketEvidenceAdded),
    _format("LabourMarketTestAssessed", 1, events.LabourMarketTestAssessed),
    _format("LabourMarketTestAssessed", 2, events.LabourMarketTestAssessed),
    _format("CaseAssigned", 1, events.CaseAssigned),
    _format("AssignmentWithdrawn", 1, events.AssignmentWithdrawn),
    _format("MandateVerified", 1, events.MandateVerified, in_clear=("mandateReference",)),
    _format("MandateVerified", 2, events.MandateVerified),
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
    _format("ClockPaused", 1, events.ClockPaused, in_clear=("legalReference",)),
    _format("ClockPaused", 2, events.ClockPaused),
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

BY_PLACE: Final = {(each.name, each.schema): each for each in (*FORMATS, *AUTHORITY_FORMATS)}
BY_TYPE: Final = {each.event_type: each for each in (*FORMATS, *AUTHORITY_FORMATS)}


def is_readable(name: str, schema: int) -> bool:
    """Whether this program knows events stored under this name and schema."""
    return (name, schema) in BY_PLACE


def stored_names(event_types: Iterable[type[CaseEvent]]) -> frozenset[str]:
    """The names under which events of these types lie in the journal."""
    return frozenset(BY_TYPE[each].name for each in event_types)


def stored_shapes(event_types: Iterable[type[CaseEvent]]) -> frozenset[tuple[str, int]]:
    """The names and schemas under which events of these types lie in the journal."""
    wanted = frozenset(event_types)
    return frozenset((each.name, each.schema) for each in FORMATS if each.event_type in wanted)
