"""Why an append was not made, or may not have been; in the classes of the event library, whose port we implement.

The errors of this package::

    IntegrityError
    └── AppendConflict              nothing was written, and the same again will not be either
        ├── StreamMoved             the stream has other events by now
        ├── ChainBroken             the stream is not the one that was read
        ├── TrackingConflict        the reader has already come further
        ├── AuthorityNotLive        the former system of the authority decides
        ├── StaleAuthorityEpoch     the authority was switched meanwhile
        ├── CommandIdReused         the id was used for another command
        └── CommandRepeated         the command is in the journal already
    OperationalError
    └── OutcomeUnknown              to be repeated with the same id
    Exception
    ├── EventAtFault                in reading: an event cannot be applied
    ├── JournalNotSeenWhole         in collecting keys: not every event is shown
    └── TooManyNamed                in looking for a name: more cases have it than anybody looks through

That the database is away is ``DatabaseUnavailable``, of the package ``server``.
"""

from __future__ import annotations

from eventsourcing.persistence import IntegrityError, OperationalError

from infra.postgres.journal.append_requests import Appended, Outcome


class AppendConflict(IntegrityError):
    """Nothing was written for this command."""


class StreamMoved(AppendConflict):
    """The stream is no longer at the expected version; ``actual_version`` None means it does not exist."""

    def __init__(self, actual_version: int | None) -> None:
        super().__init__(f"the stream is at version {actual_version}")
        self.actual_version = actual_version


class ChainBroken(AppendConflict):
    """The version is as expected but the event before it is not the one that was read: do not go on."""


class TrackingConflict(AppendConflict):
    """The reader has already recorded this position or a later one."""


class AuthorityNotLive(AppendConflict):
    """The former system of the authority is authoritative: its cases are read-only here."""


class StaleAuthorityEpoch(AppendConflict):
    """The authority was switched since the epoch was read on which the append rests."""


class CommandIdReused(AppendConflict):
    """The command id was used by this actor for a command with another body."""


class CommandRepeated(AppendConflict):
    """The command was appended before; ``first`` is what it left then."""

    def __init__(self, first: Appended) -> None:
        super().__init__("the command was appended before")
        self.first = first


class OutcomeUnknown(OperationalError):
    """The database went away at the commit: repeat the command with the same id to learn the outcome."""

    def __init__(self) -> None:
        super().__init__("the database went away before it confirmed whether the command is stored")


def conflict_of(outcome: Outcome) -> AppendConflict:
    """The conflict that a row of ``journal_append`` reports."""
    match outcome.outcome:
        case "versionConflict":
            return StreamMoved(outcome.actual_version)
        case "chainBroken":
            return ChainBroken("the leaf hash before this event is not the one that was read")
        case "authorityNotLive":
            return AuthorityNotLive("the authority is not live here: its former system is authoritative")
        case "staleAuthorityEpoch":
            return StaleAuthorityEpoch("the authority was switched since this was decided")
        case "trackingConflict":
            return TrackingConflict("the reader has already come as far as this position")
        case "idempotencyKeyReused":
            return CommandIdReused("the command id was used for another command")
        case "repeated":
            last = outcome.last_position
            return CommandRepeated(Appended(outcome.stream, outcome.version, None, last, outcome.leaf_hash))
        case unexpected:
            raise AssertionError(f"journal_append gave an unknown outcome: {unexpected}")
