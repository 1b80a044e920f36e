"""The figures of the board: what was read, as pictures and tables in the reader's language.

They are for the people who do the work and for those who watch over it, all of whom may see every case behind them.
Were a figure ever shown to the public, :func:`board_figures` would be the place to leave out every count below five.
None of them is by handler: that would be a league table of people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from api.pages.board.check_figures import check_times_figure, checks_figure
from api.pages.board.parts import share_words, table_figure
from api.pages.board.scatter import shares_at, thinned
from api.pages.board.words import BoardWords
from api.pages.charts.areas import stacked_area_figure
from api.pages.charts.figures import Figure, Series
from api.pages.charts.flows import flow_figure
from api.pages.charts.histograms import Bin, histogram_figure
from api.pages.charts.lines import line_figure
from api.pages.charts.scatters import Level, scatter_figure
from api.pages.charts.shares import Whole, share_figure
from api.services.measures import BoardReading
from projections.sla_board.times import AGE_BIN, Percentiles

FIGURE_NAMES: Final = (
    "ages", "oldest", "queue-fronts", "stages", "flow", "percentiles", "cycle-times", "on-time", "rework",
    "items-asked", "checks", "check-times",
)  # fmt: skip

_MOST_BARS: Final = 20
_SHARES: Final = (0.5, 0.8, 0.9, 0.95)
_LEVELS: Final = (0.5, 0.8, 0.95)


def board_figures(reading: BoardReading, words: BoardWords) -> dict[str, Figure]:
    """All of them by name, in the order of :data:`FIGURE_NAMES`."""
    made = (
        _ages(reading, words),
        _oldest(reading, words),
        _queue_fronts(reading, words),
        _stages(reading, words),
        _flow(reading, words),
        _percentiles(reading, words),
        _cycle_times(reading, words),
        _on_time(reading, words),
        _rework(reading, words),
        _items_requested(reading, words),
        checks_figure(reading, words),
        check_times_figure(reading, words),
    )
    return {each.name: each for each in made}


def _ages(reading: BoardReading, words: BoardWords) -> Figure:
    language = words.language
    bars = [(each.from_days, each.cases) for each in reading.ages]
    bins = [Bin(label=f"{low}–{low + AGE_BIN - 1}", count=cases) for low, cases in bars[: _MOST_BARS - 1]]  # noqa: RUF001
    tail = bars[_MOST_BARS - 1 :]
    if tail:
        bins.append(Bin(label=f"≥ {tail[0][0]}", count=sum(cases for _, cases in tail)))
    return histogram_figure(
        words.caption(
            "ages",
            language.gettext("Age of open work"),
            language.gettext("How many days ago the open cases were filed, including days that do not count."),
        ),
        bins=bins,
        x_label=language.gettext("Days since filing"),
        y=words.cases,
    )


def _oldest(reading: BoardReading, words: BoardWords) -> Figure:
    language = words.language
    return table_figure(
        "oldest",
        language.gettext("The oldest open cases"),
        language.gettext("The open cases that were filed first."),
        (
            language.gettext("Reference"),
            language.gettext("Category"),
            language.gettext("Stage"),
            language.gettext("Service status"),
            language.gettext("Filed on"),
            language.gettext("Days since filing"),
        ),
        [
            (
                each.reference,
                words.label("categories", each.category),
                words.label("stages", each.stage),
                words.label("serviceStatuses", each.standing),
                each.filed_on,
                (reading.on - each.filed_on).days,
            )
            for each in reading.oldest
        ],
    )


def _queue_fronts(reading: BoardReading, words: BoardWords) -> Figure:
    language = words.language
    return table_figure(
        "queue-fronts",
        language.gettext("We are processing applications received on"),
        language.gettext("For each category the day of filing of the oldest case that waits for a step."),
        (
            language.gettext("Category"),
            words.label("stages", "admissibility"),
            words.label("stages", "workPart"),
        ),
        [
            (words.label("categories", each.category), each.admissibility, each.work_part)
            for each in reading.queue_fronts
        ],
    )


def _stages(reading: BoardReading, words: BoardWords) -> Figure:
    language, days = words.language, reading.stages
    # What closed before the first day would dwarf all that is open.
    closed_before = days[0].closed if days else 0
    # The names of the stages are too long for the margin of a chart; these are their short forms.
    series = (
        (language.gettext("Closed"), [each.closed - closed_before for each in days]),
        (language.gettext("Residence part"), [each.residence_part for each in days]),
        (language.gettext("Work part"), [each.work_part for each in days]),
        (language.gettext("With the applicant"), [each.additional_information for each in days]),
        (language.gettext("Admissibility"), [each.admissibility for each in days]),
    )
    return stacked_area_figure(
        words.caption(
            "stages",
            language.gettext("Cumulative flow by stage"),
            language.gettext(
                "The cases in each stage at the end of each day, above those closed since the first day shown."
            ),
        ),
        days=[each.day for each in days],
        series=[Series(name=name, values=tuple(values)) for name, values in series],
        x=words.days,
        y=words.cases,
    )


def _flow(reading: BoardReading, words: BoardWords) -> Figure:
    language, weeks = words.language, reading.weeks
    return flow_figure(
        words.caption(
            "flow",
            language.gettext("Inflow and outflow by week"),
            language.gettext(
                "Cases filed and cases closed in each week from Monday, and the net growth of the open work. "
                "The last week ends on %(day)s.",
                day=language.date(reading.on),
            ),
        ),
        days=[each.day for each in weeks],
        inflow=Series(name=language.gettext("Inflow"), values=tuple(each.inflow for each in weeks)),
        outflow=Series(name=language.gettext("Outflow"), values=tuple(each.outflow for each in weeks)),
        net=language.gettext("Net"),
        x=replace(words.days, label=language.gettext("Week from")),
        y=words.cases,
    )


def _percentiles(reading: BoardReading, words: BoardWords) -> Figure:
    """Completed cases alone hide a backlog: the age of the open ones is shown next to them."""
    language, months = words.language, reading.percentiles
    taken = [_days_of(each.completed) for each in months]
    names = [language.percent(share) for share in _SHARES]
    figure = line_figure(
        words.caption(
            "percentiles",
            language.gettext("Duration of completed cases"),
            _percentiles_described(reading.age_of_open, words),
        ),
        days=[each.month for each in months],
        series=[Series(name=name, values=tuple(days[index] for days in taken)) for index, name in enumerate(names)],
        x=words.months,
        y=words.taken,
    )
    now_open = (language.gettext("Age of open work"), *_days_of(reading.age_of_open))
    return replace(figure, rows=(*figure.rows, now_open))


def _percentiles_described(of_open: Percentiles, words: BoardWords) -> str:
    language = words.language
    sentence = language.gettext(
        "Days within which half, 80, 90 and 95 per cent of the cases were closed, for the six months up to each month."
    )
    if of_open.p50 is None or of_open.p95 is None:
        return sentence
    beside = language.gettext(
        "For comparison, the open work today: half of it is at most %(half)s days old, 95%% at most %(most)s.",
        half=language.integer(of_open.p50),
        most=language.integer(of_open.p95),
    )
    return f"{sentence} {beside}"


def _days_of(each: Percentiles) -> tuple[int | None, ...]:
    return each.p50, each.p80, each.p90, each.p95


def _cycle_times(reading: BoardReading, words: BoardWords) -> Figure:
    language, points = words.language, reading.cycle_times
    count = sum(each.cases for each in points)
    paused = sum(each.paused for each in points)
    return scatter_figure(
        words.caption(
            "cycle-times",
            language.gettext("Each closed case"),
            language.ngettext(
                "%(num)s case closed in the last half year, %(paused)s of them with days that do not count. "
                "Dots close together are drawn as one.",
                "%(num)s cases closed in the last half year, %(paused)s of them with days that do not count. "
                "Dots close together are drawn as one.",
                count,
                paused=language.integer(paused),
            ),
        ),
        dots=thinned(points),
        # The lines are of all cases, not of the dots that were left.
        levels=[
            Level(name=language.percent(share), value=days)
            for share, days in zip(_LEVELS, shares_at(points, _LEVELS), strict=False)
        ],
        x=replace(words.days, label=language.gettext("Closed on")),
        y=words.taken,
    )


def _on_time(reading: BoardReading, words: BoardWords) -> Figure:
    language = words.language
    paused = sum(each.paused for each in reading.on_time)
    return share_figure(
        words.caption(
            "on-time",
            language.gettext("Share closed in time, by month"),
            language.ngettext(
                "The cases that closed in each month; %(num)s of them was paused for some days.",
                "The cases that closed in each month; %(num)s of them were paused for some days.",
                paused,
            ),
        ),
        parts=[words.label("serviceStatuses", each) for each in ("inTime", "late", "notMeasured")],
        wholes=[
            Whole(name=words.month(each.month), parts=(each.in_time, each.late, each.not_measured))
            for each in reading.on_time
        ],
        words=share_words(language.gettext("Month"), language.gettext("Service status"), words),
    )


def _rework(reading: BoardReading, words: BoardWords) -> Figure:
    language, done = words.language, reading.rework
    with_requests = done.cases - done.first_time_right
    return share_figure(
        words.caption(
            "rework",
            language.gettext("Complete when filed"),
            language.gettext(
                "Of the cases closed in the last half year, those that needed no request to the applicant. "
                "The others took %(requests)s requests and %(days)s days with the applicant.",
                requests=language.integer(done.requests),
                days=language.integer(done.days_with_applicant),
            ),
        ),
        parts=[language.gettext("Complete when filed"), language.gettext("Information requested")],
        wholes=[
            Whole(name=language.gettext("Closed in the last half year"), parts=(done.first_time_right, with_requests))
        ],
        words=share_words(language.gettext("Cases"), language.gettext("Part"), words),
    )


def _items_requested(reading: BoardReading, words: BoardWords) -> Figure:
    language = words.language
    return table_figure(
        "items-asked",
        language.gettext("Most requested"),
        language.gettext("The number of requests for each document or detail, in cases closed in the last half year."),
        (language.gettext("Requested item"), language.gettext("Requests")),
        [(words.item(each.item), each.times) for each in reading.requested_items],
    )
