"""How the clocks of a case were paused and corrected, and what they warned of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from api.words.sentences.durations import stretch_text
from api.words.sentences.wording import Teller, Values, Wording


def _paused(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The service target is paused from %(day)s on (pause %(number)s). Ground: %(ground)s. Recorded by %(actor)s.",
        day=wording.day(values["on"]),
        number=values["pause"],
        ground=wording.inside("pauseGrounds", values["ground"]),
        actor=wording.actor(values["by"]),
    )


def _resumed(values: Values, wording: Wording) -> str:
    return wording.language.gettext(
        "The service target runs again from %(day)s on (end of pause %(number)s). Recorded by %(actor)s.",
        day=wording.day(values["on"]),
        number=values["pause"],
        actor=wording.actor(values["by"]),
    )


def _corrected(values: Values, wording: Wording) -> str:
    language, to = wording.language, values.get("pausedTo")
    number, actor = values["pause"], wording.actor(values["by"])
    if to is None:
        return language.gettext(
            "Pause %(number)s of the service target was corrected by %(actor)s: it began on %(day)s and goes on.",
            number=number,
            actor=actor,
            day=wording.day(values["pausedFrom"]),
        )
    if to == values["pausedFrom"]:
        return language.gettext(
            "Pause %(number)s of the service target was corrected by %(actor)s: there was no such pause.",
            number=number,
            actor=actor,
        )
    start, end = date.fromisoformat(values["pausedFrom"]), date.fromisoformat(to)
    return language.ngettext(
        "Pause %(number)s of the service target was corrected by %(actor)s: the target was paused %(stretch)s; "
        "%(num)s day does not count.",
        "Pause %(number)s of the service target was corrected by %(actor)s: the target was paused %(stretch)s; "
        "%(num)s days do not count.",
        (end - start).days,
        number=number,
        actor=actor,
        stretch=stretch_text(start, end, language),
    )


def _warned(values: Values, wording: Wording) -> str:
    sentence = wording.language.gettext(
        "%(clock)s: the last day, %(day)s, is near.",
        clock=wording.label("clocks", values["clock"]),
        day=wording.day(values["dueOn"]),
    )
    return _of_its_run(sentence, values, wording)


def _breached(values: Values, wording: Wording) -> str:
    sentence = wording.language.gettext(
        "%(clock)s: the last day, %(day)s, has passed.",
        clock=wording.label("clocks", values["clock"]),
        day=wording.day(values["dueOn"]),
    )
    return _of_its_run(sentence, values, wording)


def _of_its_run(sentence: str, values: Values, wording: Wording) -> str:
    """A run of the answer clock is numbered as the request that began it; every other clock runs once."""
    if values["run"] == 1:
        return sentence
    request = wording.language.gettext(
        "This concerns request for information number %(number)s.", number=wording.language.integer(values["run"])
    )
    return f"{sentence} {request}"


CLOCK_EVENTS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "clockPaused": _paused,
        "clockResumed": _resumed,
        "clockCorrected": _corrected,
        "deadlineWarned": _warned,
        "deadlineBreached": _breached,
    }
)
