"""``clockCorrections``: the service target is paused, resumed, or the days of a pause are corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.permissions import Action
from api.steps.forms import Field, FieldKind, Form, FormMaterial, FormWords
from api.steps.step import Message, Step
from api.words.choices import Choice
from api.words.languages import Language
from domain.case.command_checks import check_corrected_pause, check_pause, check_resumption
from domain.case.commands import CorrectPause, PauseClock, ResumeClock
from domain.case.processing import PAUSE_GROUND
from domain.case.refusals import InputIssue
from domain.case.value_checks import exactly_when, one_of
from domain.codes import PAUSE_GROUNDS
from domain.plain_text import FreeText

PAUSE: Final = "pause"
RESUME: Final = "resume"
CORRECT_PAUSE: Final = "correctPause"
CLOCK_CORRECTIONS: Final = (PAUSE, RESUME, CORRECT_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrection:
    """``kind`` is ``pause``, ``resume`` or ``correctPause``; it decides which of the other members apply."""

    kind: str
    motivation: FreeText
    on: date | None = None
    ground: str | None = None
    legal_reference: str | None = None
    pause: int | None = None
    from_: date | None = None
    to: date | None = None


def _issues(body: ClockCorrection, today: date) -> Iterable[InputIssue]:
    is_pause, is_correction = body.kind == PAUSE, body.kind == CORRECT_PAUSE
    shape = (
        *one_of("kind", body.kind, CLOCK_CORRECTIONS),
        *exactly_when("on", body.on, "kind is pause or resume", due=body.kind in (PAUSE, RESUME)),
        *exactly_when("ground", body.ground, "kind is pause", due=is_pause),
        *exactly_when("pause", body.pause, "kind is correctPause", due=is_correction),
        *exactly_when("from", body.from_, "kind is correctPause", due=is_correction),
        *(() if is_correction else exactly_when("to", body.to, "kind is correctPause", due=False)),
        *(() if is_pause else exactly_when("legalReference", body.legal_reference, "kind is pause", due=False)),
    )
    if shape:
        return shape
    match _command(body):
        case PauseClock() as pause:
            return check_pause(pause, today=today)
        case ResumeClock() as resume:
            return check_resumption(resume, today=today)
        case corrected:
            return check_corrected_pause(corrected, today=today)


def _command(body: ClockCorrection) -> PauseClock | ResumeClock | CorrectPause:
    match body:
        case ClockCorrection(kind="pause", on=date() as on, ground=str() as ground):
            return PauseClock(on=on, ground=ground, motivation=body.motivation, legal_reference=body.legal_reference)
        case ClockCorrection(kind="resume", on=date() as on):
            return ResumeClock(on=on, motivation=body.motivation)
        case ClockCorrection(kind="correctPause", pause=int() as pause, from_=date() as from_):
            return CorrectPause(pause=pause, from_=from_, to=body.to, motivation=body.motivation)
        case _:
            raise AssertionError("the correction was not checked before")


def _title(language: Language) -> str:
    return language.gettext("Pause or resume the target")


def _done(language: Language) -> str:
    return language.gettext("The change to the service target is recorded")


def _form(words: FormWords, material: FormMaterial) -> Form:
    _ = words.language.gettext
    kinds = {
        PAUSE: _("Pause the service target"),
        RESUME: _("Resume the service target"),
        CORRECT_PAUSE: _("Correct the days of a pause"),
    }
    grounds = tuple(each for each in PAUSE_GROUNDS if each != PAUSE_GROUND)
    nothing = (Choice(value="", text="\u2013"),)
    pauses = tuple(
        Choice(value=str(each.number), text=f"{each.number}{words.language.colon} {words.language.date(each.from_)}")
        for each in material.case.pauses
    )
    # There is nothing to correct where nothing was paused.
    possible = CLOCK_CORRECTIONS if pauses else (PAUSE, RESUME)
    fields = (
        Field(
            name="kind",
            kind=FieldKind.ONE_OF,
            label=_("Action"),
            missing=_("Choose what to do"),
            required=True,
            choices=tuple(Choice(value=each, text=kinds[each]) for each in possible),
        ),
        Field(
            name="on",
            kind=FieldKind.DAY,
            label=_("Effective from"),
            hint=_("To pause: the first day that does not count. To resume: the first day that counts again."),
            missing=_("Enter the day"),
            conditional=True,
        ),
        Field(
            name="ground",
            kind=FieldKind.CHOICE,
            label=_("Ground of the pause"),
            missing=_("Choose a ground"),
            conditional=True,
            choices=nothing + words.choices("pauseGrounds", grounds),
        ),
        Field(name="legalReference", kind=FieldKind.LINE, label=_("Legal reference of the pause")),
        *(_fields_of_corrected_pause(words, pauses) if pauses else ()),
        words.motivation(required=True),
    )
    return Form(
        lead=_("The service target moves by the days on which it was paused; a statutory term does not."),
        send=_("Record the change"),
        fields=fields,
    )


def _fields_of_corrected_pause(words: FormWords, pauses: tuple[Choice, ...]) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        Field(
            name="pause",
            kind=FieldKind.ONE_NUMBER,
            label=_("Which pause is corrected"),
            missing=_("Choose the pause"),
            choices=pauses,
        ),
        Field(
            name="from",
            kind=FieldKind.DAY,
            label=_("Its first day"),
            missing=_("Enter the first day of the pause"),
            conditional=True,
        ),
        Field(name="to", kind=FieldKind.DAY, label=_("The day on which it counted again")),
    )


STEP = Step(
    resource="clockCorrections",
    operation="correctClock",
    action=Action.CORRECT_CLOCK,
    message=Message(body=ClockCorrection, issues=_issues, command=lambda body, _target: _command(body)),
    title=_title,
    done=_done,
    form=_form,
)
