"""Every read model of the program, in the order in which they are listed."""

from __future__ import annotations

from domain.deadlines.clocks import ClockRules
from projections.case_file.table import CaseFileModel
from projections.check_times.model import CheckTimes
from projections.deadline_days.model import DeadlineDays
from projections.legacy_mirror.model import LegacyMirror
from projections.lists.own_applications import OwnApplications
from projections.lists.work_queue import WorkQueue
from projections.read_model import ReadModel
from projections.sla_board.model import SlaBoard
from projections.timeline.model import TimelineModel


def registered_read_models() -> tuple[ReadModel, ...]:
    """Raises LawDataUnusable when the targets, terms or the calendar cannot be read."""
    rules = ClockRules.load()
    return (
        CaseFileModel(),
        TimelineModel(),
        SlaBoard(rules.targets),
        WorkQueue(),
        OwnApplications(),
        DeadlineDays(rules),
        CheckTimes(),
        LegacyMirror(),
    )
