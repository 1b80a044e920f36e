"""What the service counts at the end of a demonstration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.composition import Program
from api.demonstration.counter import Decided
from api.demonstration.play import Played
from infra.audit.verification import verify_journal
from infra.postgres.event_counts import count_events
from projections.sla_board import Standing, board, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``standing`` is the board's total; on time, at risk and late add up to all applications."""

    played: Played
    standing: Standing
    checks: int
    events: int
    root: str
    seconds: float
    rows: tuple[tuple[str, str, Standing], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "applications": self.standing.cases,
            "decisions": self._decisions,
            "onTime": self.standing.in_time,
            "atRisk": self.standing.at_risk,
            "late": self.standing.late,
            "checks": self.checks,
            "manualTasks": self.standing.manual_tasks,
            "events": self.events,
            "root": self.root,
            "seconds": round(self.seconds, 1),
        }

    def as_table(self) -> str:
        """The board by category and status, and what the people at the counter did."""
        head = f"{'category':24} {'status':16} {'cases':>6} {'open':>6} {'in time':>8} {'at risk':>8} {'late':>6}"
        lines = [head, "-" * len(head)]
        lines += [_line(category, status, standing) for category, status, standing in self.rows]
        lines += ["-" * len(head), _line("all", "", self.standing), ""]
        granted, refused = self.played.decisions[Decided.GRANTED], self.played.decisions[Decided.REFUSED]
        lines += [
            f"{self._decisions} decisions ({granted} granted, {refused} refused), {self.played.withdrawn} withdrawn, "
            f"{self.played.turned_away} turned away at the counter first",
            f"{self.checks} Crossroads checks, {self.standing.manual_tasks} manual tasks open",
            f"{self.events} events, root {self.root}",
            f"{self.seconds:.1f} s",
        ]
        return "\n".join(lines)

    @property
    def _decisions(self) -> int:
        return self.played.decisions[Decided.GRANTED] + self.played.decisions[Decided.REFUSED]


def figures_of(program: Program, played: Played, *, on: date, seconds: float) -> Figures:
    """Count on the board of ``on`` and verify the journal; raises nothing that a sound journal would raise."""
    with program.readers.connection() as connection, connection.cursor() as cursor:
        lines = board(cursor, on)
    verified = verify_journal(program.readers)
    if not verified.is_sound:
        raise AssertionError(f"the journal of the demonstration does not verify: {verified.first_finding}")
    return Figures(
        played=played,
        standing=total(lines),
        checks=count_events(program.readers).get("CrossroadsCheckRequested", 0),
        events=verified.size,
        root=verified.root,
        seconds=seconds,
        rows=tuple((line.category, line.status, line.standing) for line in lines),
    )


def _line(category: str, status: str, standing: Standing) -> str:
    return (
        f"{category:24} {status:16} {standing.cases:6} {standing.open:6} "
        f"{standing.in_time:8} {standing.at_risk:8} {standing.late:6}"
    )
