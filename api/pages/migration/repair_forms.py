"""The two forms of a record in quarantine, by which a field is given another text and the record is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.page_parts import FieldError
from api.pages.sent_forms import SentForm
from api.words.languages import Language
from domain.migration.cutover_status import AuthorityIsLive, NotAccepting
from domain.migration.quarantine import ChangedSince
from domain.plain_text import LAYOUT, is_plain
from infra.postgres.journal.conflicts import AppendConflict

SEEN: Final = "seen"
"""The last change of the record that its reader had seen: a form that is sent twice is carried out once."""
FIELD: Final = "field"
TEXT: Final = "text"
MOTIVE: Final = "motive"
REPLAY_MOTIVE: Final = "replayMotive"

_LONGEST: Final = {TEXT: 4_000, MOTIVE: 1_000, REPLAY_MOTIVE: 1_000}
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The new content of a field, and the reason; an empty ``text`` empties the field."""

    field: str
    text: str
    motive: str


def correction_of(sent: SentForm) -> Correction:
    return Correction(field=sent.one(FIELD), text=sent.one(TEXT), motive=sent.one(MOTIVE))


def seen_of(sent: SentForm) -> int | None:
    """What the sender had seen; None for a form that is not one of ours."""
    given = sent.one(SEEN)
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def errors_of_correction(correction: Correction, language: Language) -> tuple[FieldError, ...]:
    """What is wrong with a correction, at the fields of the form."""
    errors = []
    if not correction.field:
        errors.append(FieldError(field=FIELD, text=language.gettext("Field: choose one of the fields of the record")))
    errors += _errors_of_text(TEXT, language.gettext("New text"), correction.text, language)
    return (*errors, *errors_of_motive(MOTIVE, correction.motive, language))


def errors_of_motive(name: str, motive: str, language: Language) -> tuple[FieldError, ...]:
    """What is wrong with the reason given."""
    label = language.gettext("Reasons")
    if not motive:
        return (FieldError(field=name, text=language.gettext("Enter the reasons")),)
    return _errors_of_text(name, label, motive, language)


def _errors_of_text(name: str, label: str, text: str, language: Language) -> tuple[FieldError, ...]:
    if len(text) > _LONGEST[name]:
        most = language.integer(_LONGEST[name])
        problem = language.gettext("enter at most %(number)s characters", number=most)
    elif not is_plain(text, LAYOUT):
        problem = language.gettext("it contains a character that cannot be printed: remove it")
    else:
        return ()
    return (FieldError(field=name, text=f"{label}{language.colon} {problem}"),)


def refused_heading(refused: Exception | None, language: Language) -> str:
    """Why a repair was not carried out, in a few words of the reader's language."""
    match refused:
        case None:
            return ""
        case ChangedSince():
            return language.gettext("Someone has changed this record since you opened it")
        case NotAccepting() | AuthorityIsLive():
            return language.gettext("Nothing can be repaired for this authority now")
        case AppendConflict():
            return language.gettext(
                "Nothing was stored, because someone else made a change at the same moment: try again"
            )
        case _:
            return language.gettext("This was not carried out")
