"""A place in an act, as each language cites it."""

from __future__ import annotations

from typing import Final

from api.words.sentences.earlier_references import EARLIER_REFERENCES
from api.words.sentences.wording import Wording
from domain.law.legal_reference import NOT_FOUND, PROJECT_BRIEF, LegalReference

ACTS: Final = "legalActs"

_WITHOUT_ARTICLES: Final = frozenset({NOT_FOUND, PROJECT_BRIEF, "flemishServicePractice"})


def cited(reference: str | None, wording: Wording) -> str | None:
    """``besluit van de Vlaamse Regering van 7 december 2018, art. 17, 1°``; None where no act is known.

    A sentence of an earlier rule set that we have no place for is quoted as written.
    """
    if reference is None or _place(reference) in (NOT_FOUND, PROJECT_BRIEF):
        return None
    return _cited(_place(reference), wording)


def cited_or_not_found(reference: str | None, wording: Wording) -> str:
    """The same for editors of the law data: it also says if nothing was found, or if the brief is the source."""
    if reference is None:
        return wording.label(ACTS, NOT_FOUND)
    return _cited(_place(reference), wording)


def has_article(reference: str) -> bool:
    """Whether the place is known to the article, where its act has articles."""
    place = LegalReference.parse(_place(reference))
    return place is None or place.act in _WITHOUT_ARTICLES or place.article is not None


def _place(reference: str) -> str:
    return EARLIER_REFERENCES.get(reference, reference)


def _cited(reference: str, wording: Wording) -> str:
    place = LegalReference.parse(reference)
    if place is None:
        return wording.quoted(reference)
    reference = wording.label(ACTS, place.act)
    if place.article is not None:
        reference += f", {_article(place, wording.language.code)}"
    if place.amended_by is None:
        return reference
    return wording.language.gettext(
        "%(reference)s (amended by: %(act)s)", reference=reference, act=wording.label(ACTS, place.amended_by)
    )


def with_legal_basis(sentence: str, reference: str | None, wording: Wording) -> str:
    """The sentence with its legal basis behind it, where one is known."""
    place = cited(reference, wording)
    if place is None:
        return sentence
    basis = wording.language.gettext("Legal basis: %(reference)s.", reference=place)
    return f"{sentence} {basis}"


def _article(place: LegalReference, language: str) -> str:
    german = language == "de"
    reference = f"{'Art.' if german else 'art.'} {place.article}"
    if place.paragraph is not None:
        ordinal = "1er" if language == "fr" and place.paragraph == "1" else place.paragraph
        reference += f" § {ordinal}" if german else f", § {ordinal}"
    if place.point is not None:
        reference += f" Nr. {place.point}" if german else f", {place.point}°"
    return reference
