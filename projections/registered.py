"""Every read model of the program, in the order in which they are listed."""

from __future__ import annotations

from domain.case.codes import LIVE_AUTHORITIES
from domain.deadlines.service_levels import ServiceTarget
from projections.case_file_table import CaseFileModel
from projections.read_model import ReadModel
from projections.sla_board import SlaBoard
from projections.timeline import TimelineModel


def registered_read_models() -> tuple[ReadModel, ...]:
    """Raises LawDataUnusable when the service target of an authority cannot be read."""
    targets = {authority: ServiceTarget.load(authority) for authority in LIVE_AUTHORITIES}
    return (CaseFileModel(), TimelineModel(), SlaBoard(targets))
