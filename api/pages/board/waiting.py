"""Where the open cases wait, each number with the address of the cases it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.pages.board.words import BoardWords
from projections.sla_board.drilldown import WaitingAtStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A number of cases; ``href`` leads to them, and is None where there are none."""

    number: int
    href: str | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    stage: str
    counts: tuple[Counted, ...]


def waiting_rows(
    waiting: Sequence[WaitingAtStage], words: BoardWords, address_of: Callable[..., str]
) -> tuple[WaitingRow, ...]:
    """A row for each stage; ``address_of`` gives the address of the cases with some filters."""
    late, paused = words.label("serviceStatuses", "late"), words.language.gettext("Paused")

    def row(at: WaitingAtStage) -> WaitingRow:
        stage = words.label("stages", at.stage)

        def counted(number: int, what: str, *more: tuple[str, str]) -> Counted:
            href = address_of(("open", "true"), ("stage", at.stage), *more) if number else None
            return Counted(number=number, href=href, label=f"{stage}, {what}" if what else stage)

        counts = (
            counted(at.cases, ""),
            counted(at.late, late, ("standing", "late")),
            counted(at.paused, paused, ("paused", "true")),
        )
        return WaitingRow(stage=stage, counts=counts)

    return tuple(row(each) for each in waiting)
