"""Who is authoritative for an authority's cases: the events of the stream that each authority has for itself.

The append of one moves the authority's cut-over epoch on, under the lock of the journal's head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from domain.migration.retelling import ROOT


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

    ``exported_events`` is how many events of its cases were handed back first, ``export_sha256`` of the file.
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


def stream_of(authority: str) -> UUID:
    """The stream of an authority's own events."""
    return uuid5(ROOT, f"authority\x1f{authority}")
