"""How a batch ends otherwise than at its end: abandoned by a person, or superseded by a corrected file.

What has landed of such a batch stays where it is, in its ledger, its quarantine and its cases, and is named with it.
"""

from __future__ import annotations

from uuid import UUID

from domain.migration.batch_ledger import BatchLedger
from domain.names import acting_name
from domain.plain_text import is_plain


class BatchRefused(Exception):
    """The batch cannot be ended in this way; the text says why and what can be done."""


def no_such_batch(batch: UUID) -> BatchRefused:
    return BatchRefused(f"there is no batch {batch}: `permit migrate batch list AUTHORITY` lists them")


def require_named(by: str, motive: str | None) -> None:
    """Raise :class:`BatchRefused` unless somebody is named, in words that can be kept."""
    if not acting_name(by):
        raise BatchRefused("no name is given: state who does it")
    if not is_plain(by) or not is_plain(motive or ""):
        raise BatchRefused("name and motive are one line without control characters: remove what cannot be printed")


def require_motive(motive: str) -> None:
    """Raise :class:`BatchRefused` unless a reason is given for an abandoned batch."""
    if not motive.strip():
        raise BatchRefused("abandoning a batch requires a reason: give it with --motive TEXT")


def require_open_file(batch: BatchLedger) -> None:
    """Raise :class:`BatchRefused` unless the batch is a file's and was not ended before."""
    if batch.door != "file":
        raise BatchRefused(f"batch {batch.id} came over a topic: only files are abandoned or superseded")
    if batch.ended_as is not None:
        raise BatchRefused(f"batch {batch.id} was already {batch.ended_as} by {batch.ended_by}")


def require_open_file_of(authority: str, batch: BatchLedger) -> None:
    """As :func:`require_open_file`, for a batch of this authority."""
    if batch.authority != authority:
        raise BatchRefused(f"batch {batch.id} is of {batch.authority}, not of {authority}")
    require_open_file(batch)


def require_unfinished(batch: BatchLedger) -> None:
    """Raise :class:`BatchRefused` where there is nothing to abandon: the batch is complete."""
    if batch.finished_at is not None:
        raise BatchRefused(
            f"batch {batch.id} is complete, so there is nothing to abandon. If another file replaces it:"
            f" `permit migrate batch supersede {batch.id} --by NEW`"
        )


def require_successor(batch: BatchLedger, successor: BatchLedger) -> None:
    """Raise :class:`BatchRefused` unless ``successor`` is a complete file of the same authority that is still valid."""
    if successor.id == batch.id:
        raise BatchRefused(f"{batch.id} cannot supersede itself: name the batch of the corrected file")
    if successor.authority != batch.authority:
        raise BatchRefused(f"batch {successor.id} is of {successor.authority}, and {batch.id} of {batch.authority}")
    if successor.door != "file" or successor.finished_at is None or successor.ended_as is not None:
        raise BatchRefused(f"batch {successor.id} is not a complete file that is still valid: load it first")
