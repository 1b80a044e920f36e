"""Whose case it is, from the clear fields of its events alone: nothing is decrypted, decoded or folded for it.

The second way to :attr:`domain.case.lifecycle.Case.parties`, for those who show a short case and decide nothing on it.
Like the first it is told what the stream says, never what a read model has kept of it;
``tests/projections/test_parties.py`` compares the two over random histories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.case.folding import StreamCorrupt
from domain.case.parties import Parties
from domain.case.retold import filer_of
from projections.course_changes import BEGINNINGS, without_beginning
from projections.recorded_event import RecordedEvent

PARTIES_FROM: Final = BEGINNINGS | {"CaseCorrected", "MandateVerified"}
"""The names of the events that say something of it; all others may be left out."""


def parties_of(events: Sequence[RecordedEvent]) -> Parties:
    """Whose the case is that has these events, from the first of its stream to the last.

    Raises ``StreamCorrupt`` where they do not begin as those of a case do, or begin twice.
    """
    if not events:
        raise StreamCorrupt("nothing in the stream says whose case it is")
    first, *others = events
    if first.name not in BEGINNINGS:
        raise without_beginning(first)
    stated = first.clear
    authority, employer = stated["authority"], stated["employer"]
    representative, has_mandate = stated.get("representative"), True
    for event in others:
        clear = event.clear
        if event.name == "CaseCorrected":
            employer = clear["employer"] or employer
        elif event.name == "MandateVerified":
            has_mandate = clear["valid"]
        elif event.name == "LegacyRecordRetold":
            authority, employer = clear["authority"], clear["employer"]
        elif event.name == "ApplicationSubmitted":
            raise StreamCorrupt(f"case {event.case_id}: version {event.version} files an application once more")
    return Parties(
        authority=authority,
        employer=employer["enterpriseNumber"],
        representative=representative["enterpriseNumber"] if representative is not None and has_mandate else None,
        filed_by=_filed_by(stated),
    )


def _filed_by(stated: Mapping[str, Any]) -> str:
    """A record of another system does not say who filed."""
    return stated["filedBy"] if "filedBy" in stated else filer_of(stated["kind"])
