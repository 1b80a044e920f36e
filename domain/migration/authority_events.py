"""Who is authoritative for an authority's cases: the events of the stream that each authority has for itself.

The append of one moves the authority's cut-over epoch on, under the lock of the journal's head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.migration.cutover import CutOverStep
from domain.migration.cutover_status import CutoverStatus, Outcome, number_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityCutOver:
    """From ``effective_at`` on the authority's cases are decided here; ``epoch`` is the one that begins, an odd one.

    ``report_sha256`` is that of the signed reconciliation on which the two who agreed looked.
    """

    effective_at: datetime
    authority: str
    epoch: int
    proposed_by: str
    approved_by: str
    report_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityCutBack:
    """From ``effective_at`` on the former system is authoritative again; ``epoch``, an even one, begins.

    ``exported_events`` is how many events of its cases were returned first, ``export_sha256`` of the file.
    """

    effective_at: datetime
    authority: str
    epoch: int
    by: str
    approved_by: str
    motive: str
    exported_events: int
    export_sha256: str


AuthorityEvent = AuthorityCutOver | AuthorityCutBack


def switch_of(
    step: CutOverStep, status: CutoverStatus, *, by: str, outcome: Outcome, at: datetime
) -> AuthorityEvent | None:
    """The event of the step that switches the authority, one way or the other; None for any other step."""
    if step is CutOverStep.APPROVED:
        return AuthorityCutOver(
            effective_at=at,
            authority=status.authority,
            epoch=status.epoch + 1,
            proposed_by=status.held(CutOverStep.PROPOSED).by,
            approved_by=by,
            report_sha256=text_of(outcome, "reportSha256"),
        )
    if step is CutOverStep.BACK_APPROVED:
        proposed = status.held(CutOverStep.BACK_PROPOSED)
        return AuthorityCutBack(
            effective_at=at,
            authority=status.authority,
            epoch=status.epoch + 1,
            by=proposed.by,
            approved_by=by,
            motive=text_of(proposed.outcome, "motive"),
            exported_events=number_of(outcome, "events"),
            export_sha256=text_of(outcome, "sha256"),
        )
    return None
