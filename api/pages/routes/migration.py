"""``/migration``: how the move of the authorities goes: progress, ledger, quarantine and the steps of each cut-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
from domain.migration.cutover import CutOverStep

MIGRATION: Final = "/migration"

_DIGEST_SHOWN: Final = 12
"""Hexadecimal digits of a report's digest; the whole of it is in its file and in ``GET migrations``."""

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
    switched: str | None
    """Who proposed and who approved that it is live here; None while it is not."""
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
            (
                words.label("cutOverSteps", each["step"]),
                each["by"],
                each["at"][:16].replace("T", " "),
                _details(each, words),
            )
            for each in told["steps"]
        ),
        switched=_switched(told["steps"], words) if live else None,
        next_step=None if next_step is None else words.label("cutOverSteps", next_step),
    )


def _switched(steps: Sequence[dict[str, Any]], words: BoardWords) -> str | None:
    approved = [each for each in steps if each["step"] == CutOverStep.APPROVED]
    if not approved:
        return None
    switch = approved[-1]
    return words.language.gettext(
        "Proposed by %(proposer)s, approved by %(approver)s on %(day)s",
        proposer=switch["outcome"]["proposedBy"],
        approver=switch["by"],
        day=words.language.date(date.fromisoformat(switch["at"][:10])),
    )


def _details(step: dict[str, Any], words: BoardWords) -> str:
    """What a step rests on or leaves behind: a report by its digest, the proposer, a motive; and whether it counts."""
    language, outcome = words.language, step["outcome"]
    parts = [outcome["motive"]] if "motive" in outcome else []
    if "reportSha256" in outcome:
        parts.append(language.gettext("report %(digest)s", digest=outcome["reportSha256"][:_DIGEST_SHOWN]))
    if "proposedBy" in outcome:
        parts.append(language.gettext("proposed by %(proposer)s", proposer=outcome["proposedBy"]))
    if not step["inForce"] and step["step"] != CutOverStep.REOPENED:
        parts.append(language.gettext("taken back or renewed since"))
    return "; ".join(parts)


def _batch(told: dict[str, Any], words: BoardWords) -> tuple[object, ...]:
    """A row: source, how far, the rate, and what remains in minutes."""
    language, expected, remaining = words.language, told["sourceLines"], told["remainingSeconds"]
    if told["endedAs"] is not None:
        progress = language.gettext("abandoned") if told["endedAs"] == "abandoned" else language.gettext("superseded")
    elif told["finishedAt"] is not None:
        progress = language.gettext("finished")
    elif expected:
        progress = f"{min(told['lines'] / expected, 1):.0%}"
    else:
        progress = language.gettext("under way")
    minutes = "" if remaining is None else language.gettext("%(minutes)s min", minutes=round(remaining / 60, 1))
    return told["source"], progress, told["records"], round(told["rate"]), minutes
