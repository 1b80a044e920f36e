"""What happened in a case: a sentence or two for each entry of its timeline.

The free text of an entry is no part of them: a page shows it beside the sentence, to those who may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from api.pages.languages import Language
from api.reference_data.code_lists import CodeLists
from api.sentences.checks import CHECKS
from api.sentences.clock_events import CLOCK_EVENTS
from api.sentences.decisions import DECISIONS
from api.sentences.handling import HANDLING
from api.sentences.wording import Teller, Wording
from domain.case.commands import CIVIL_TIME

TELLERS: Final[Mapping[str, Teller]] = MappingProxyType({**HANDLING, **CHECKS, **DECISIONS, **CLOCK_EVENTS})
"""Who tells an event, by its name as a timeline gives it."""


def timeline_sentence(entry: Mapping[str, Any], language: Language, code_lists: CodeLists) -> str:
    """What the entry of a timeline tells, for readers of that language.

    ``entry`` is as :class:`infra.timelines.Timelines` gives it. LookupError for an event that no timeline has.
    """
    teller = TELLERS.get(entry["event"])
    if teller is None:
        raise LookupError(f"there is no sentence for the event {entry['event']!r}")
    on = datetime.fromisoformat(entry["at"]).astimezone(CIVIL_TIME).date()
    return teller({**entry["values"], "on": on}, Wording(language, code_lists))
