"""The checks at the Crossroads Bank on the board: how they came out, and how quickly."""

from __future__ import annotations

from typing import Final

from api.pages.board.parts import share_words, table_figure
from api.pages.board.words import BoardWords
from api.pages.charts.figures import Figure
from api.pages.charts.shares import Whole, share_figure
from api.services.measures import SEASON, BoardReading

_STATES: Final = ("found", "noData", "failed", "requested")
"""Of a check at the Crossroads Bank, the answers first."""

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_LONG: Final = 2
"""From so many of a unit on, it is the one that says how long something took."""


def checks_figure(reading: BoardReading, words: BoardWords) -> Figure:
    """The present state of the checks of the last season."""
    language = words.language
    states = [code for code in _STATES if any(each.state == code for each in reading.checks)]
    checks = dict.fromkeys(each.check for each in reading.checks)
    counted = {(each.check, each.state): each.cases for each in reading.checks}
    return share_figure(
        words.caption(
            "checks",
            language.gettext("What the Crossroads Bank answered"),
            language.gettext(
                "The checks of the cases filed in the last %(days)s days, in their present state.", days=SEASON.days
            ),
        ),
        parts=[words.label("checkStates", each) for each in states],
        wholes=[
            Whole(name=words.label("checks", check), parts=tuple(counted.get((check, each), 0) for each in states))
            for check in checks
        ],
        words=share_words(language.gettext("Check"), language.gettext("Answer"), words),
    )


def check_times_figure(reading: BoardReading, words: BoardWords) -> Figure:
    """How quickly the bank answers, how often a person has to look instead, and what lies before one now."""
    language = words.language
    return table_figure(
        "check-times",
        language.gettext("How quickly the Crossroads Bank answers"),
        language.gettext(
            "Of the checks of the cases filed in the last %(days)s days: the time from question to answer, how many "
            "became a task for a case handler without an answer, and the tasks that are open today.",
            days=SEASON.days,
        ),
        (
            language.gettext("Check"),
            language.gettext("Questions sent"),
            language.gettext("Questions answered"),
            language.gettext("Half within"),
            language.gettext("95%% within"),
            language.gettext("Without an answer"),
            language.gettext("Open tasks"),
        ),
        [
            (
                words.label("checks", each.check),
                each.asked,
                each.answered,
                _duration(each.median_milliseconds, words),
                _duration(each.p95_milliseconds, words),
                language.percent(each.fallback_permille / 1000),
                each.manual_tasks,
            )
            for each in reading.check_times
        ],
    )


def _duration(milliseconds: int | None, words: BoardWords) -> str:
    """In seconds up to two minutes, in minutes up to two hours, in hours up to two days, in days beyond."""
    language = words.language
    if milliseconds is None:
        return "-"
    seconds = milliseconds / 1000
    if seconds < _LONG * _MINUTE:
        return language.gettext("%(seconds)s s", seconds=language.number(seconds))
    if seconds < _LONG * _HOUR:
        return language.gettext("%(minutes)s min", minutes=language.number(seconds / _MINUTE))
    if seconds < _LONG * _DAY:
        return language.gettext("%(hours)s h", hours=language.number(seconds / _HOUR))
    return language.gettext("%(days)s days", days=language.number(seconds / _DAY))
