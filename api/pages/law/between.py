"""What the page of the changes between two days shows: each authority with its days of change, the earliest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from api.pages.law.questions import ChangesQuery
from api.pages.law.tables import ChangesShown, changes_shown
from api.pages.law.words import LawWords
from domain.codes import AUTHORITIES
from domain.law.published.law_changes import DayOfChange, changes_between
from domain.law.readers.law_files import FEDERAL
from domain.law.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityChanges:
    """The changes of one authority's law; ``name`` makes the addresses of its days."""

    name: str
    title: str
    days: tuple[ChangesShown, ...]


def changes_of_each(rulebook: Rulebook, query: ChangesQuery, words: LawWords) -> tuple[AuthorityChanges, ...]:
    """Those of the authority requested, or of all; federal law, which applies to all, comes last and once."""
    found = {
        each: changes_between(rulebook, each, query.after, query.until, query.known_on)
        for each in ((query.authority,) if query.authority else AUTHORITIES)
    }
    _ = words.language.gettext
    shown = [
        AuthorityChanges(
            name=authority,
            title=words.label("authorities", authority),
            days=tuple(_only(days, words, federal=False)),
        )
        for authority, days in found.items()
    ]
    # The federal changes of each authority are the same ones.
    federal = tuple(_only(next(iter(found.values())), words, federal=True))
    return (*shown, AuthorityChanges(name=FEDERAL, title=_("Federal law"), days=federal))


def _only(days: tuple[DayOfChange, ...], words: LawWords, *, federal: bool) -> Iterator[ChangesShown]:
    """The days on which law of the authority, or federal law, changes, each without the other."""
    for day in days:
        rules = tuple(each for each in day.rules if (each.authority == FEDERAL) is federal)
        part = replace(day, thresholds=() if federal else day.thresholds, rules=rules)
        if part:
            yield changes_shown(part, words)
