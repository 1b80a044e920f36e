"""``/migration``: how the move of the authorities goes: progress, ledger, quarantine and the steps of each cut-over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.composition import Program
from api.migration import migration_status
from api.pages.board_words import BoardWords
from api.pages.page_parts import Badge, Refreshing, Tone
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.permissions import Action

MIGRATION: Final = "/migration"

Rows = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingAuthority:
    """One authority in the reader's words; the rows are those of its tables."""

    name: str
    title: str
    standing: Badge
    balance: Badge
    ledger: Rows
    batches: Rows
    quarantine: Rows
    steps: Rows
    next_step: str | None


def migration_pages(program: Program, pages: Pages, readers: Readers) -> APIRouter:
    """The page."""
    routes = APIRouter(route_class=PageRoute)

    @routes.get(MIGRATION, name="migration")
    def migration(request: Request) -> Response:
        granted = readers.granted(request, Action.READ_MIGRATIONS)
        words = BoardWords(language=pages.language(request), code_lists=readers.code_lists)
        told = migration_status(program)["authorities"]
        return pages.response(
            request,
            "migration.html",
            {"authorities": [_moving(each, words) for each in told], "refreshing": Refreshing.of(request, seconds=10)},
            surroundings=readers.surroundings(request, granted.caller, MIGRATION),
        )

    return routes


def _moving(told: dict[str, Any], words: BoardWords) -> MovingAuthority:
    language, ledger = words.language, told["ledger"]
    live, balanced = told["isLive"], ledger["balanced"]
    next_step, balances = told["nextStep"], language.gettext("The ledger balances")
    return MovingAuthority(
        name=told["authority"],
        title=words.label("authorities", told["authority"]),
        standing=Badge(
            text=language.gettext("Live here") if live else language.gettext("Former system is authoritative"),
            tone=Tone.GOOD if live else Tone.WAITING,
        ),
        balance=Badge(
            text=balances if balanced else language.gettext("The ledger does not balance"),
            tone=Tone.GOOD if balanced else Tone.LATE,
        ),
        ledger=(
            (
                ledger["records"],
                ledger["retold"],
                ledger["unchanged"],
                ledger["stale"],
                ledger["quarantined"],
            ),
        ),
        batches=tuple(_batch(each, words) for each in told["batches"]),
        quarantine=tuple(
            (words.label("quarantineReasons", reason), number, "; ".join(told["samples"].get(reason, ())))
            for reason, number in told["quarantine"].items()
        ),
        steps=tuple(
            (words.label("cutOverSteps", each["step"]), each["by"], each["at"][:16].replace("T", " "))
            for each in told["steps"]
        ),
        next_step=None if next_step is None else words.label("cutOverSteps", next_step),
    )


def _batch(told: dict[str, Any], words: BoardWords) -> tuple[object, ...]:
    """A row: source, how far, the rate, and what remains in minutes."""
    language, expected, remaining = words.language, told["sourceLines"], told["remainingSeconds"]
    if told["finishedAt"] is not None:
        progress = language.gettext("finished")
    elif expected:
        progress = f"{min(told['lines'] / expected, 1):.0%}"
    else:
        progress = language.gettext("under way")
    minutes = "" if remaining is None else language.gettext("%(minutes)s min", minutes=round(remaining / 60, 1))
    return told["source"], progress, told["records"], round(told["rate"]), minutes
