"""Which overviews may lag behind for a case, because an event of it cannot be applied to what they are read from."""

from __future__ import annotations

from collections.abc import Iterable

from api.words.languages import Language
from consumers.check_intake import CheckIntake
from projections.check_times.model import CheckTimes
from projections.legacy_mirror.model import LegacyMirror
from projections.lists.own_applications import OwnApplications
from projections.lists.work_queue import WorkQueue
from projections.sla_board.model import SlaBoard


def overviews_of(followers: Iterable[str], language: Language) -> tuple[str, ...]:
    """The names of these followers of the journal for readers; those whose lag is not visible have none.

    Case file and timeline are read from the case itself where they lag, and the watch over deadlines looks at every
    parked case.
    """
    names = {
        SlaBoard.name: language.gettext("Service levels"),
        CheckTimes.name: language.gettext("Service levels"),
        WorkQueue.name: language.gettext("Work queue"),
        OwnApplications.name: language.gettext("Lists of applications"),
        LegacyMirror.name: language.gettext("Comparison with the former system"),
        CheckIntake.name: language.gettext("Checks at the Crossroads Bank"),
    }
    return tuple(dict.fromkeys(names[each] for each in followers if each in names))
