"""The clocks of a case in the reader's words, and in whose hands its file was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from api.pages.case.rows import late_badge
from api.pages.charts.figures import Caption, Figure
from api.pages.charts.shares import ShareWords, Whole, share_figure
from api.pages.page_parts import Badge, Tone
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.derivations import clock_title, derivation_sentence
from domain.codes import HOLDERS
from domain.deadlines.clocks import Clock, ClockState
from domain.deadlines.service_levels import ServiceStatus
from infra.postgres.read_models.case_files import DeadlinesView

TIME_BY_HOLDER: Final = "time-by-holder"

_SECONDS_OF_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShown:
    """A clock with the sentences that derive its day."""

    id: str
    title: str
    due_on: date
    badges: tuple[Badge, ...]
    steps: tuple[str, ...]


class ClockWords:
    """Turns the clocks of a case into what one reader of it sees."""

    def __init__(self, language: Language, code_lists: CodeLists) -> None:
        self._language = language
        self._code_lists = code_lists

    def clocks(self, view: DeadlinesView) -> tuple[ClockShown, ...]:
        return tuple(
            ClockShown(
                id=clock.id,
                title=clock_title(clock.id, self._language, self._code_lists),
                due_on=clock.due_on,
                badges=self._badges(clock, view.on),
                steps=tuple(derivation_sentence(each, self._language, self._code_lists) for each in clock.derivation),
            )
            for clock in view.clocks
        )

    def time_by_holder(self, view: DeadlinesView) -> Figure:
        """In whose hands the file was, as shares of the time since filing."""
        _ = self._language.gettext
        days = tuple(round(view.held.get(holder, 0) / _SECONDS_OF_A_DAY, 1) for holder in HOLDERS)
        return share_figure(
            Caption(
                name=TIME_BY_HOLDER,
                title=_("Who held the file"),
                description=_("Shares of the time since filing."),
                empty=_("No time has passed yet."),
            ),
            parts=[self._label("holders", holder) for holder in HOLDERS],
            wholes=(Whole(name=_("This application"), parts=days),),
            words=ShareWords(
                whole=_("Application"),
                part=_("Holder"),
                value=_("Days"),
                share=_("Share"),
                write=self._language.percent,
            ),
        )

    def _badges(self, clock: Clock, on: date) -> tuple[Badge, ...]:
        """The state of a clock as of the day ``on``: as in the queue, a paused one that is late says both."""
        state = self._label("clockStates", clock.state)
        if clock.state is ClockState.STOPPED:
            if clock.status is not ServiceStatus.LATE or clock.stopped_on is None:
                return (Badge(text=state, tone=Tone.GOOD),)
            days = (clock.stopped_on - clock.due_on).days
            # What is over is late no more: it says for ever how late it was.
            ended = self._language.ngettext("Ended %(num)s day late", "Ended %(num)s days late", days)
            return (Badge(text=ended, tone=Tone.NEUTRAL),)
        paused = (Badge(text=state, tone=Tone.WAITING),) if clock.state is ClockState.PAUSED else ()
        if clock.status is ServiceStatus.LATE:
            return (late_badge((on - clock.due_on).days, self._language), *paused)
        tone = Tone.GOOD if clock.status is ServiceStatus.IN_TIME else Tone.ATTENTION
        return paused or (Badge(text=self._label("serviceStatuses", clock.status), tone=tone),)

    def _label(self, list_name: str, code: str) -> str:
        return self._code_lists.label(list_name, code, self._language.code)
