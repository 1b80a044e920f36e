"""What happened in a case: a sentence or two for each entry of its timeline.

The free text of an entry is no part of them: a page shows it beside the sentence, to those who may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.checks import CHECKS
from api.words.sentences.clock_events import CLOCK_EVENTS
from api.words.sentences.decisions import DECISIONS
from api.words.sentences.handling import HANDLING
from api.words.sentences.wording import Teller, Wording
from domain.civil_time import civil_day

TELLERS: Final[Mapping[str, Teller]] = MappingProxyType({**HANDLING, **CHECKS, **DECISIONS, **CLOCK_EVENTS})
"""Who tells an event, by its name as a timeline gives it."""


def timeline_sentence(entry: Mapping[str, Any], language: Language, code_lists: CodeLists) -> str:
    """What the entry of a timeline tells, for readers of that language.

    ``entry`` is as :class:`infra.postgres.read_models.timelines.Timelines` gives it. LookupError for an event that
    no timeline has.
    """
    teller = TELLERS.get(entry["event"])
    if teller is None:
        raise LookupError(f"there is no sentence for the event {entry['event']!r}")
    on = civil_day(datetime.fromisoformat(entry["at"]))
    return teller({**entry["values"], "on": on}, Wording(language, code_lists))
