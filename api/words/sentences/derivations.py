"""Why a clock ends on its day: a sentence for each step of its derivation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.durations import duration_text, stretch_text
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Wording
from domain.case.processing import PAUSE_GROUND
from domain.deadlines.derivation import DerivationStep


def clock_title(clock_id: str, language: Language, code_lists: CodeLists) -> str:
    """What readers call a clock, such as "Service target"."""
    return Wording(language, code_lists).label("clocks", clock_id)


def derivation_sentence(step: DerivationStep, language: Language, code_lists: CodeLists) -> str:
    """The step in a sentence or two. LookupError for a step that is not in ``STEP_CODES``."""
    values: Mapping[str, Any] = step.values
    wording = Wording(language, code_lists)
    match step.code:
        case "startsOn":
            return language.gettext(
                "The term counts from %(day)s (%(event)s); that day itself does not count.",
                day=wording.day(values["day"]),
                event=wording.inside("clockStarts", values["starts"]),
            )
        case "term":
            return _term(values, wording)
        case "alternative":
            return language.gettext(
                "The sources also give %(duration)s, to %(day)s; the earlier of the two days counts.",
                duration=duration_text(values["term"], language),
                day=wording.day(values["day"]),
            )
        case "rolled":
            return language.gettext(
                "%(unrolled)s is not a working day: the term ends on the next working day, %(day)s.",
                unrolled=wording.day(values["from"]),
                day=wording.day(values["day"]),
            )
        case "paused":
            return _paused(values, wording)
        case "movesWhilePaused":
            return _still_paused(values, wording)
        case "pausedDays":
            return language.ngettext(
                "In all, %(num)s day does not count.",
                "In all, %(num)s days do not count.",
                values["days"],
            )
        case "notMovedByPauses":
            return language.ngettext(
                "The service target was paused for %(num)s day in this time. No legal text was found by which a pause "
                "suspends this term: it ran on.",
                "The service target was paused for %(num)s days in this time. No legal text was found by which a pause "
                "suspends this term: it ran on.",
                values["days"],
            )
        case "atRiskFrom":
            return language.gettext(
                "From %(day)s on, %(duration)s before the last day, the term is at risk.",
                day=wording.day(values["day"]),
                duration=duration_text(values["warning"], language),
            )
        case "dueOn":
            return language.gettext("The last day in time is %(day)s.", day=wording.day(values["day"]))
        case "onExpiry":
            return language.gettext(
                "If that day passes without the required act: %(outcome)s.",
                outcome=wording.inside("expiryOutcomes", values["outcome"]),
            )
        case unknown:
            raise LookupError(f"there is no sentence for the step {unknown!r} of a derivation")


def _term(values: Mapping[str, Any], wording: Wording) -> str:
    language = wording.language
    return " ".join(
        (
            with_legal_basis(
                language.gettext(
                    "The term is %(duration)s, to %(day)s (provision %(id)s).",
                    duration=duration_text(values["term"], language),
                    day=wording.day(values["day"]),
                    id=values["id"],
                ),
                values["legalReference"],
                wording,
            ),
            language.gettext(
                "Certainty of this provision: %(confidence)s.",
                confidence=wording.inside("lawConfidences", values["confidence"]),
            ),
        )
    )


def _paused(values: Mapping[str, Any], wording: Wording) -> str:
    """A pause that is over; one for information was time in which the applicant had the file."""
    language, days = wording.language, values["days"]
    stretch = stretch_text(values["from"], values["to"], language)
    if values["ground"] == PAUSE_GROUND:
        return language.ngettext(
            "The file was with the applicant %(stretch)s: %(num)s day does not count.",
            "The file was with the applicant %(stretch)s: %(num)s days do not count.",
            days,
            stretch=stretch,
        )
    return language.ngettext(
        "The term was paused %(stretch)s (%(ground)s): %(num)s day does not count.",
        "The term was paused %(stretch)s (%(ground)s): %(num)s days do not count.",
        days,
        stretch=stretch,
        ground=wording.inside("pauseGrounds", values["ground"]),
    )


def _still_paused(values: Mapping[str, Any], wording: Wording) -> str:
    language, days = wording.language, values["days"]
    since: date = values["from"]
    if values["ground"] == PAUSE_GROUND:
        return language.ngettext(
            "The file has been with the applicant since %(day)s: %(num)s day does not count so far, and the last day "
            "moves on with each further day.",
            "The file has been with the applicant since %(day)s: %(num)s days do not count so far, and the last day "
            "moves on with each further day.",
            days,
            day=wording.day(since),
        )
    return language.ngettext(
        "The term has been paused since %(day)s (%(ground)s): %(num)s day does not count so far, and the last day "
        "moves on with each further day.",
        "The term has been paused since %(day)s (%(ground)s): %(num)s days do not count so far, and the last day "
        "moves on with each further day.",
        days,
        day=wording.day(since),
        ground=wording.inside("pauseGrounds", values["ground"]),
    )
