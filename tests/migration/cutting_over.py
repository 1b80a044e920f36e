"""The steps of a cut-over of Brussels, as the people who take them do."""

from __future__ import annotations

from collections.abc import Sequence

from api.services.migrations import cutover_of
from domain.migration.cutover import FORWARD, CutOverStep
from domain.migration.cutover_status import CutoverStatus
from infra.migration.sources import MigratingAuthority
from tests.migration.moving import Moving

REPORT = {"agrees": True, "reportSha256": "5e" * 32}


def take(move: Moving, steps: Sequence[CutOverStep], by: str, **outcome: object) -> CutoverStatus:
    cutover = cutover_of(move.program, MigratingAuthority.BRUSSELS)
    with move.writer() as connection:
        for step in steps:
            standing = cutover.take(connection, step, by=by, outcome=dict(outcome))
    return standing


def reconcile(move: Moving, by: str = "ann") -> CutoverStatus:
    """Every step up to the report."""
    return take(move, FORWARD[: FORWARD.index(CutOverStep.RECONCILED) + 1], by, **REPORT)


def go_live(move: Moving) -> CutoverStatus:
    take(move, FORWARD[:-1], "ann", **REPORT)
    return take(move, FORWARD[-1:], "bob")
