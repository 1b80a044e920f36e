"""The headline numbers of the board: the open work now."""

from __future__ import annotations

from typing import Protocol

from api.pages.board.words import BoardWords
from api.pages.page_parts import Badge, Freshness, Tile, Tone
from api.words.languages import Language
from projections.sla_board.model import CaseCounts


class CasesHref(Protocol):
    """The address of the cases that a number counts."""

    def __call__(self, *more: tuple[str, str | None]) -> str: ...


def board_tiles(open_work: CaseCounts, freshness: Freshness, words: BoardWords, cases: CasesHref) -> tuple[Tile, ...]:
    """Each leads to the cases it counts."""
    language, is_open = words.language, ("open", "true")

    def tile(
        label: str, number: int, *more: tuple[str, str | None], note: str | None, badge: Badge | None = None
    ) -> Tile:
        return Tile(
            label=label,
            value=language.integer(number),
            freshness=freshness,
            note=note,
            badge=badge if number else None,
            href=cases(is_open, *more),
        )

    def share(number: int) -> str:
        part = number / open_work.open if open_work.open else 0
        return language.gettext("%(share)s of the open cases", share=language.percent(part))

    return (
        tile(
            language.gettext("Open cases"),
            open_work.open,
            note=language.gettext(
                "%(number)s of them without a target", number=language.integer(open_work.not_measured)
            )
            if open_work.not_measured
            else None,
        ),
        tile(language.gettext("In time"), open_work.in_time, ("standing", "inTime"), note=share(open_work.in_time)),
        tile(
            language.gettext("Nearing the due day"),
            open_work.at_risk,
            ("standing", "atRisk"),
            note=share(open_work.at_risk),
            badge=Badge(text=words.label("serviceStatuses", "atRisk"), tone=Tone.ATTENTION),
        ),
        tile(
            words.label("serviceStatuses", "late"),
            open_work.late,
            ("standing", "late"),
            note=share(open_work.late),
            badge=Badge(text=words.label("serviceStatuses", "late"), tone=Tone.LATE),
        ),
        tile(
            language.gettext("Paused"),
            open_work.paused,
            ("paused", "true"),
            note=language.gettext("their clock is paused"),
        ),
        tile(
            language.gettext("Manual tasks"),
            open_work.manual_tasks,
            ("withTasks", "true"),
            note=language.gettext("open now; links to the cases that have any"),
        ),
    )


def summary_of(open_work: CaseCounts, language: Language) -> str:
    """The one sentence that a screen reader hears when it has changed."""
    return language.gettext(
        "Open cases: %(open)s, at risk: %(at_risk)s, late: %(late)s.",
        open=language.integer(open_work.open),
        at_risk=language.integer(open_work.at_risk),
        late=language.integer(open_work.late),
    )
