"""Every read model of the program, in the order in which they are listed."""

from __future__ import annotations

from domain.deadlines.clocks import ClockRules
from projections.case_file_table import CaseFileModel
from projections.check_times import CheckTimes
from projections.deadline_days import DeadlineDays
from projections.legacy_mirror import LegacyMirror
from projections.own_applications import OwnApplications
from projections.read_model import ReadModel
from projections.sla_board import SlaBoard
from projections.timeline import TimelineModel
from projections.work_queue import WorkQueue


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
