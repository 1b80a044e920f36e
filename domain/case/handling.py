"""The one way a command takes: read the stream, fold it, decide, append; repeat when somebody was quicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from domain.case.case_limits import CaseLimits, Recruitment
from domain.case.commands import AddLabourMarketEvidence, CaseCommand, CommandContext, SubmitApplication
from domain.case.decider import decide
from domain.case.events import CaseEvent
from domain.case.folding import NOTHING, Folded
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, Reason, StaleVersion
from domain.law.rulebook import Rulebook

_ATTEMPTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a command left behind: the case, its version, and the journal position and leaf that prove it.

    ``position`` and ``leaf_hash`` are None for a command that decided to nothing. ``repeated`` says that the
    command was carried out before, and that this is what it left then.
    """

    case_id: UUID
    version: int
    position: int | None
    leaf_hash: str | None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStream:
    """A case as its stream was read: ``folded`` is what all its events make, up to the last.

    ``events`` are those that were read: all, or of a long case those that follow on ``since``, which was kept. The
    next event builds on the leaf ``head_hash``. ``stored_bytes`` is what the bodies of all events take in the journal,
    and ``epochs`` are the cut-over epochs of the authorities as they were known then.
    """

    case_id: UUID
    events: tuple[CaseEvent, ...]
    folded: Folded
    head_hash: bytes | None
    since: Folded = NOTHING
    stored_bytes: int = 0
    epochs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def version(self) -> int:
        return self.folded.version

    @property
    def case(self) -> Case | None:
        """None when the stream has no event."""
        return self.folded.case

    def is_live(self, authority: str) -> bool:
        """Whether its cases are decided here: its cut-over epoch is odd."""
        return self.epochs.get(authority, 0) % 2 == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What became of a command: its receipt, and the case at the version the receipt names.

    ``latest_on`` is the last civil day on which any of its events up to there took effect.
    """

    receipt: Receipt
    case: Case
    latest_on: date


class StreamHasMoved(Exception):
    """Somebody appended to the stream since it was read; nothing was written."""


class Journal(Protocol):
    """The log as commands see it."""

    def read(self, case_id: UUID) -> CaseStream: ...

    def events_of(self, case_id: UUID, *, up_to: int | None = None) -> tuple[CaseEvent, ...]:
        """All events of a case, or those up to a version."""

    def recruitment_in(self, stream: CaseStream) -> Recruitment:
        """How much evidence of recruitment the stream holds."""

    def append(
        self,
        stream: CaseStream,
        events: Sequence[CaseEvent],
        command: CaseCommand,
        context: CommandContext,
        rule_set: str,
        authority: str | None,
    ) -> Receipt:
        """Append and record the command, also when ``events`` is empty, if ``authority`` is live as the stream says.

        A command that was recorded before gives its first receipt. Raises :class:`StreamHasMoved`, and
        :class:`CommandRefused` when the command id was used for another command.
        """

    def receipt_of(self, case_id: UUID, command: CaseCommand, context: CommandContext) -> Receipt | None:
        """The receipt of this very command, or None if it was never recorded.

        Raises :class:`CommandRefused` when its id was used for another command.
        """


class TooManyWriters(Exception):
    """The case was changed by others at each attempt; nothing was written."""


Admission: TypeAlias = Callable[[Case], None]
"""Lets a caller through to a case, or raises: who may do what to which case is for the caller's border to know."""


def handle(
    journal: Journal,
    rulebook: Rulebook,
    case_id: UUID,
    command: CaseCommand,
    context: CommandContext,
    admission: Admission | None = None,
    *,
    limits: CaseLimits,
    known: CaseStream | None = None,
) -> Handled:
    """Carry out ``command`` with exactly one effect and return what became of it.

    ``admission`` is applied to the case as read, before anything of it is shown. ``known`` is the stream where its
    caller has read it just now: then it is read again only when somebody was quicker. Raises what ``admission``
    raises, and :class:`CommandRefused` (also :class:`StaleVersion`), never for a repetition of a command that was
    carried out before: that one gets its first receipt, whatever has become of the case since.
    """
    for attempt in range(_ATTEMPTS):
        stream = known if known is not None and attempt == 0 else journal.read(case_id)
        case = stream.case
        if admission is not None and case is not None:
            admission(case)
        try:
            authority, events = _decided(journal, rulebook, limits, stream, command, context)
        except CommandRefused:
            first = journal.receipt_of(case_id, command, context)
            if first is None:
                raise
            return _as_it_was(journal, stream, first)
        try:
            receipt = journal.append(stream, events, command, context, rulebook.sha256, authority)
        except StreamHasMoved:
            continue
        if receipt.repeated:
            return _as_it_was(journal, stream, receipt)
        return _handled(receipt, stream.folded.and_then(events))
    raise TooManyWriters(f"others changed the case {_ATTEMPTS} times while the command was being decided")


def require_possible(
    journal: Journal,
    rulebook: Rulebook,
    stream: CaseStream,
    command: CaseCommand,
    context: CommandContext,
    *,
    limits: CaseLimits,
) -> None:
    """Judge, without an effect, what :func:`handle` would decide on the stream as it was read.

    For work that is done before a command, such as storing a file that it names: that work is spared. Raises
    :class:`CommandRefused`, for a repetition too. Whether the command is carried out is still judged when it is.
    """
    _decided(journal, rulebook, limits, stream, command, context)


def repeated(journal: Journal, stream: CaseStream, command: CaseCommand, context: CommandContext) -> Handled | None:
    """What this very command left when it was carried out before; None where it never was.

    Raises :class:`CommandRefused` when its id was used for another command.
    """
    first = journal.receipt_of(stream.case_id, command, context)
    return None if first is None else _as_it_was(journal, stream, first)


def _decided(
    journal: Journal,
    rulebook: Rulebook,
    limits: CaseLimits,
    stream: CaseStream,
    command: CaseCommand,
    context: CommandContext,
) -> tuple[str | None, list[CaseEvent]]:
    """The authority on which the command rests, and the events. Raises :class:`CommandRefused`."""
    if context.expected_version is not None and context.expected_version != stream.version:
        raise StaleVersion(expected=context.expected_version, current=stream.version)
    authority = _authority_of(stream.case, command)
    if authority is not None and not stream.is_live(authority):
        raise _not_live(authority)
    events = decide(stream.case, command, context, rulebook)
    if events:
        _require_room(journal, limits, stream, command)
    return authority, events


def _require_room(journal: Journal, limits: CaseLimits, stream: CaseStream, command: CaseCommand) -> None:
    """Raises :class:`CommandRefused` for what would make the case larger than one may be."""
    if isinstance(command, AddLabourMarketEvidence):
        limits.require_room_for_evidence(command.evidence, journal.recruitment_in(stream))
    limits.require_room(stream.case, command, events=stream.version, stored_bytes=stream.stored_bytes)


def _as_it_was(journal: Journal, stream: CaseStream, first: Receipt) -> Handled:
    """What a command left that was carried out before; only where ``stream`` does not say, it is read."""
    since = stream.since
    if first.case_id == stream.case_id and since.version <= first.version <= stream.version:
        return _handled(first, since.and_then(stream.events[: first.version - since.version]))
    return _handled(first, NOTHING.and_then(journal.events_of(first.case_id, up_to=first.version)))


def _handled(receipt: Receipt, folded: Folded) -> Handled:
    if folded.case is None or folded.latest_on is None:
        raise AssertionError("a command was recorded of a case that has no event")
    return Handled(receipt=receipt, case=folded.case, latest_on=folded.latest_on)


def _authority_of(case: Case | None, command: CaseCommand) -> str | None:
    """Who decides on the case; None for a command that names a case which is not there."""
    if case is not None:
        return case.facts.authority
    return command.application.authority if isinstance(command, SubmitApplication) else None


def _not_live(authority: str) -> CommandRefused:
    return CommandRefused(
        Reason.AUTHORITY_NOT_LIVE,
        f"the cases of the authority {authority} are decided in its former system and are read-only here: "
        "contact that authority",
    )
