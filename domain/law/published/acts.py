"""When an act is in force and what its articles are about: what a legal reference is checked against."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from domain.codes import CATEGORIES
from domain.law.legal_reference import LegalReference
from domain.law.provisions.effective_dated import Provision

_FILE: Final = Path(__file__).parents[1] / "acts.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A place in an act. ``categories`` empty: it concerns every category, or none."""

    article: str
    paragraph: str | None = None
    point: str | None = None
    categories: tuple[str, ...] = ()

    def is_named_by(self, reference: LegalReference) -> bool:
        return (self.article, self.paragraph, self.point) == (reference.article, reference.paragraph, reference.point)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act with its days in force, and its articles where its table of contents is held."""

    id: str
    valid_from: date
    valid_to: date | None
    articles: tuple[Article, ...]


@cache
def acts() -> Mapping[str, Act]:
    """The acts of which something is held, by their codes."""
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["act"]
    return {each["id"]: _act(each) for each in entries}


def _act(entry: Mapping[str, object]) -> Act:
    first, last, articles = entry["from"], entry.get("last_day"), entry.get("articles", [])
    if not isinstance(first, date) or not isinstance(last, date | None) or not isinstance(articles, list):
        raise TypeError(f"{_FILE.name}, {entry['id']}: from and last_day are days, articles a list of tables")
    return Act(
        id=str(entry["id"]),
        valid_from=first,
        valid_to=None if last is None else last + timedelta(days=1),
        articles=tuple(Article(**each | {"categories": tuple(each.get("categories", ()))}) for each in articles),
    )


def wrong_reference(provision: Provision) -> str | None:
    """What is wrong with the place in which a provision is said to be; None when nothing is known to be."""
    reference = LegalReference.parse(provision.legal_reference)
    if reference is None:
        return f"its legal reference {provision.legal_reference!r} is a sentence: write act and article"
    for code in reference.acts:
        act = acts().get(code)
        if act is not None and not _in_force_throughout(act, provision):
            last = "" if act.valid_to is None else f" to {act.valid_to - timedelta(days=1)}"
            return f"it is in force on days on which {code} is not (from {act.valid_from}{last}): split it by its act"
    act = acts().get(reference.act)
    if act is None or not act.articles or reference.article is None:
        return None
    found = next((each for each in act.articles if each.is_named_by(reference)), None)
    if found is None:
        return f"{reference} is not an article of the stored act: write one of acts.toml, or article_not_found = true"
    others = sorted(_categories(provision) - set(found.categories)) if found.categories else []
    if others:
        return f"{reference} does not mention {', '.join(others)}: give them an entry with their own article"
    return None


def _in_force_throughout(act: Act, provision: Provision) -> bool:
    if provision.valid_from is None:
        return True
    ends_in_time = act.valid_to is None or (provision.valid_to is not None and provision.valid_to <= act.valid_to)
    return act.valid_from <= provision.valid_from and ends_in_time


def _categories(provision: Provision) -> set[str]:
    """The categories a provision concerns; a scope may pair each with a nationality or a document."""
    return {code for each in provision.scope for code in (each.partition(":")[0],) if code in CATEGORIES}
