"""The free texts that a record of another system brings into the log, and how long each may be.

They are bounded where records are judged (FORMAT: lengths), and once more here, at the border of the domain, through
whichever door a record comes: what is in the log cannot be cut off afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.case.legacy_events import LegacyRecordRetold
from domain.case.personal_data import revealed
from domain.case.refusals import InvalidInput
from domain.case.value_checks import LONGEST_LINE, Issues, no_longer_than

LONGEST_FILE_NUMBER: Final = 64
LONGEST_NAME: Final = LONGEST_LINE
LONGEST_TEXT: Final = 1_000
"""All in characters."""


def require_bounded(event: LegacyRecordRetold) -> None:
    """Raises :class:`InvalidInput` for a text that is too long; it names the fields and never their values."""
    if issues := tuple(_issues(event)):
        raise InvalidInput(issues)


def _issues(event: LegacyRecordRetold) -> Issues:
    for path, text, longest in _texts(event):
        if text is not None:
            yield from no_longer_than(path, text, longest)


def _texts(event: LegacyRecordRetold) -> Iterator[tuple[str, str | None, int]]:
    worker = revealed(event.worker)
    yield "reference", event.reference, LONGEST_FILE_NUMBER
    yield "fileNumber", revealed(event.file_number), LONGEST_FILE_NUMBER
    yield "employerName", revealed(event.employer_name), LONGEST_NAME
    yield "title", revealed(event.title), LONGEST_TEXT
    if worker is not None:
        yield "worker.givenName", worker.given_name, LONGEST_NAME
        yield "worker.familyName", worker.family_name, LONGEST_NAME
    for field in event.corrected:
        yield "corrected", field, LONGEST_NAME
