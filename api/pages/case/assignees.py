"""To whom a case can be given, as choices of a form."""

from __future__ import annotations

from collections.abc import Iterable

from api.pages.filter_forms import pseudonym
from api.words.choices import Choice
from api.words.languages import Language
from infra.identity.caller import Caller
from projections.lists.work_queue import HandlerLoad


def assignees(handlers: Iterable[HandlerLoad], reader: Caller, language: Language) -> tuple[Choice, ...]:
    """Each handler with how many open cases they have; the reader is told apart."""
    return tuple(
        Choice(
            value=each.handler,
            text=language.ngettext(
                "%(handler)s (%(num)s open case)",
                "%(handler)s (%(num)s open cases)",
                each.open_cases,
                handler=language.gettext("Me") if each.handler == reader.actor else pseudonym(each.handler),
            ),
        )
        for each in handlers
    )
