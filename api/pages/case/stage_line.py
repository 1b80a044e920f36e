"""The progress of an application as a line of steps: what is done, where it is now, what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.pages.page_parts import Badge, Tone
from api.words.code_lists import CodeLists
from api.words.languages import Language
from domain.case.lifecycle import CaseStatus, Stage


class StepState(StrEnum):
    DONE = "done"
    HERE = "here"
    AHEAD = "ahead"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStep:
    """``state_text`` is the state in words, for those who do not see it."""

    text: str
    state: StepState
    state_text: str


_TONES: Final[Mapping[str, Tone]] = {
    CaseStatus.SUBMITTED: Tone.NEUTRAL,
    CaseStatus.INFORMATION_REQUESTED: Tone.WAITING,
    CaseStatus.ADMISSIBLE: Tone.NEUTRAL,
    CaseStatus.INADMISSIBLE: Tone.LATE,
    CaseStatus.DECIDED_GRANTED: Tone.GOOD,
    CaseStatus.DECIDED_REFUSED: Tone.LATE,
    CaseStatus.WITHDRAWN: Tone.NEUTRAL,
}

_PLACES: Final[Mapping[str, int]] = {
    Stage.ADMISSIBILITY: 1,
    Stage.ADDITIONAL_INFORMATION: 1,
    Stage.WORK_PART: 2,
    Stage.RESIDENCE_PART: 3,
}


def status_badge(status: str, language: Language, code_lists: CodeLists) -> Badge:
    """The status of a case, with the shape that says whether it went well."""
    return Badge(text=code_lists.label("caseStatuses", status, language.code), tone=_TONES.get(status, Tone.NEUTRAL))


def stage_line(
    stage: str, status: str, language: Language, *, admissible: bool = False, work_part_decided: bool = False
) -> tuple[StageStep, ...]:
    """The five steps. If a case ended before all of them, the last one shows that it ended."""
    _ = language.gettext
    names = (_("Application"), _("Admissibility"), _("Work part"), _("Residence part"), _("Decision"))
    here = _place(stage, status, admissible=admissible, work_part_decided=work_part_decided)
    state_text = {
        StepState.DONE: _("done"),
        StepState.HERE: _("now") if stage != Stage.ADDITIONAL_INFORMATION else _("waits for the applicant"),
        StepState.AHEAD: _("still to come") if stage != Stage.CLOSED else _("not reached"),
        StepState.ENDED: _("ended here"),
    }
    steps = []
    for place, name in enumerate(names):
        if stage == Stage.CLOSED:
            state = StepState.DONE if place < here else StepState.ENDED if place == len(names) - 1 else StepState.AHEAD
            if status == CaseStatus.DECIDED_GRANTED:
                state = StepState.DONE
        else:
            state = StepState.DONE if place < here else StepState.HERE if place == here else StepState.AHEAD
        steps.append(StageStep(text=name, state=state, state_text=state_text[state]))
    return tuple(steps)


def _place(stage: str, status: str, *, admissible: bool, work_part_decided: bool) -> int:
    """The number of the step that a case is at, or the last one that it reached."""
    if stage == Stage.ADDITIONAL_INFORMATION:
        return 2 if admissible else 1
    if stage != Stage.CLOSED:
        return _PLACES[stage]
    if status == CaseStatus.DECIDED_GRANTED:
        return 4
    # What was decided had been found admissible first; that a file is inadmissible is a decision on admissibility.
    past_admissibility = admissible or status in (CaseStatus.DECIDED_REFUSED, CaseStatus.INADMISSIBLE)
    return 3 if work_part_decided else 2 if past_admissibility else 1
