"""What the service counts at the end of a demonstration, held against what its players saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from api.composition import Program
from api.demonstration.people import AUTHORITY
from api.demonstration.people_at_work import DemonstrationFailed, Done
from api.demonstration.play import Played
from domain.codes import OPEN_STATUSES
from infra.audit.verification import verify_journal
from infra.migration.batch_ledgers import ledgers
from infra.migration.sources import MigratingAuthority
from infra.postgres.journal.event_counts import count_events
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.wire_format import wire_name
from projections.sla_board.flow import DayOfStages, stages_by_day
from projections.sla_board.model import CaseCounts, board, total
from projections.sla_board.scope import Scope
from projections.timeline.alarms import Alarms, count_alarms

_SEEN: Final[Mapping[str, tuple[str, ...]]] = {
    "ApplicationSubmitted": (Done.FILED,),
    "DocumentAttached": (Done.ATTACHED,),
    "CaseAssigned": ("assignments",),
    "FeePaid": ("feePayments",),
    "MandateVerified": ("mandateVerifications",),
    "CaseCorrected": ("corrections",),
    "LabourMarketEvidenceAdded": ("labourMarketTests",),
    "InformationRequested": ("informationRequests",),
    "InformationProvided": (Done.ANSWERED,),
    "ApplicationDeclaredAdmissible": ("admissibilityDecisions/admissible",),
    "ApplicationDeclaredInadmissible": ("admissibilityDecisions/inadmissible",),
    "WorkPartDecided": ("workPartDecisions/granted", "workPartDecisions/refused"),
    "ApplicationForwardedToImmigrationOffice": ("forwardings",),
    "ResidencePartDecided": ("residencePartDecisions/granted", "residencePartDecisions/refused"),
    "ApplicationWithdrawn": ("withdrawals",),
}
"""For each event, what the players did that records one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``standing`` is the board total, ``open_late`` how many of its late cases are open, ``stages`` those of the day,
    ``recorded`` the events by name, ``retold`` and ``set_aside`` the legacy records by authority.

    On time, at risk, late and not measured add up to all applications, and so do the stages.
    """

    played: Played
    standing: CaseCounts
    open_late: int
    retold: Mapping[str, int]
    set_aside: Mapping[str, int]
    stages: DayOfStages
    alarms: Alarms
    recorded: Mapping[str, int]
    events: int
    root: str
    seconds: float
    rows: tuple[tuple[str, str, CaseCounts], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "applications": self.standing.cases,
            "stages": {wire_name(name): number for name, number in self._stages.items()},
            "decisions": self._recorded("WorkPartDecided"),
            "residenceDecisions": self._recorded("ResidencePartDecided"),
            "inadmissible": self._recorded("ApplicationDeclaredInadmissible"),
            "withdrawn": self._recorded("ApplicationWithdrawn"),
            "informationRequests": self._recorded("InformationRequested"),
            "lapsed": self.alarms.lapsed,
            "documents": self._recorded("DocumentAttached"),
            "onTime": self.standing.in_time,
            "atRisk": self.standing.at_risk,
            "late": self.standing.late,
            "openLate": self.open_late,
            "notMeasured": self.standing.not_measured,
            "paused": self.standing.paused,
            "warnings": self.alarms.warnings,
            "breaches": self.alarms.breaches,
            "checks": self._recorded("CrossroadsCheckRequested"),
            "manualTasks": self.standing.manual_tasks,
            "retold": dict(self.retold),
            "setAside": dict(self.set_aside),
            "events": self.events,
            "root": self.root,
            "seconds": round(self.seconds, 1),
        }

    def as_table(self) -> str:
        """The board by category and status, and what the participants did."""
        head = (
            f"{'category':24} {'status':20} {'cases':>6} {'open':>6} {'in time':>8} {'at risk':>8} {'late':>6} "
            f"{'paused':>7}"
        )
        lines = [head, "-" * len(head)]
        lines += [_line(category, status, standing) for category, status, standing in self.rows]
        lines += ["-" * len(head), _line("all", "", self.standing), ""]
        done = self.played.done
        lines += [
            "stages: " + ", ".join(f"{number} {wire_name(name)}" for name, number in self._stages.items()),
            f"work part: {self._recorded('WorkPartDecided')} decisions ({done['workPartDecisions/granted']} granted, "
            f"{done['workPartDecisions/refused']} refused), {done[Done.WORK_LEFT_OPEN]} left to a person",
            f"residence part: {self._recorded('ResidencePartDecided')} decisions "
            f"({done['residencePartDecisions/granted']} granted, {done['residencePartDecisions/refused']} refused)",
            f"{self._recorded('ApplicationDeclaredInadmissible')} inadmissible, "
            f"{self._recorded('ApplicationWithdrawn')} withdrawn, "
            f"{done[Done.REFUSED_AT_FIRST]} refused at the first attempt",
            f"{self._recorded('InformationRequested')} requests for information, "
            f"{self._recorded('InformationProvided')} answered, {self.alarms.lapsed} lapsed; "
            f"{self._recorded('DocumentAttached')} documents",
            f"{self.alarms.warnings} warnings and {self.alarms.breaches} breaches of terms and targets",
            f"{self._recorded('CrossroadsCheckRequested')} Crossroads checks, "
            f"{self.standing.manual_tasks} manual tasks open",
            f"{sum(self.retold.values())} legacy records taken over, {sum(self.set_aside.values())} quarantined",
            f"{self.events} events, root {self.root}",
            f"{self.seconds:.1f} s",
        ]
        return "\n".join(lines)

    @property
    def _stages(self) -> dict[str, int]:
        return {name: number for name, number in asdict(self.stages).items() if name != "day"}

    def _recorded(self, event: str) -> int:
        return self.recorded.get(event, 0)


def figures_of(program: Program, played: Played, *, on: date, seconds: float) -> Figures:
    """Count on the board of ``on`` and verify the journal.

    Raises :class:`DemonstrationFailed` when the service counts something else than the players did.
    """
    with rows_within(program.readers, EVERYTHING) as cursor:
        lines = board(cursor, on, Scope(authority=AUTHORITY))
        (stages,) = stages_by_day(cursor, on, on + timedelta(days=1), Scope(authority=AUTHORITY))
        alarms = count_alarms(cursor)
    with program.unhurried_readers.connection() as connection:
        batches = {authority: ledgers(connection, authority) for authority in MigratingAuthority}
    recorded = count_events(program.readers)
    _require_agreement(recorded, played)
    verified = verify_journal(program.serving.reader)
    if not verified.is_sound:
        raise AssertionError(f"the journal of the demonstration does not verify: {verified.first_finding}")
    return Figures(
        played=played,
        standing=total(lines),
        open_late=total(line for line in lines if line.status in OPEN_STATUSES).late,
        retold={authority: sum(each.retold for each in of) for authority, of in batches.items()},
        set_aside={authority: sum(each.quarantined for each in of) for authority, of in batches.items()},
        stages=stages,
        alarms=alarms,
        recorded=recorded,
        events=verified.size,
        root=verified.root,
        seconds=seconds,
        rows=tuple((line.category, line.status, line.standing) for line in lines),
    )


def _require_agreement(recorded: Mapping[str, int], played: Played) -> None:
    """Nothing was lost and nothing counted twice."""
    for event, done in _SEEN.items():
        seen = sum(played.done[each] for each in done)
        if recorded.get(event, 0) != seen:
            raise DemonstrationFailed(f"the journal holds {recorded.get(event, 0)} {event}, but the players saw {seen}")


def _line(category: str, status: str, standing: CaseCounts) -> str:
    return (
        f"{category:24} {status:20} {standing.cases:6} {standing.open:6} "
        f"{standing.in_time:8} {standing.at_risk:8} {standing.late:6} {standing.paused:7}"
    )
