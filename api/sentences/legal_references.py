"""A place in an act, as each language cites it."""

from __future__ import annotations

from typing import Final

from api.sentences.wording import Wording
from domain.law.legal_reference import NOT_FOUND, LegalReference

ACTS: Final = "legalActs"


def cited(reference: str | None, wording: Wording) -> str | None:
    """``besluit van de Vlaamse Regering van 7 december 2018, art. 17, 1°``; None where no act is known.

    The sentence of an earlier rule set stands as it was written, in quotes.
    """
    if reference is None or reference == NOT_FOUND:
        return None
    place = LegalReference.parse(reference)
    if place is None:
        return wording.quoted(reference)
    said = wording.label(ACTS, place.act)
    if place.article is not None:
        said += f", {_article(place, wording.language.code)}"
    if place.amended_by is None:
        return said
    return wording.language.gettext(
        "%(reference)s (amended by: %(act)s)", reference=said, act=wording.label(ACTS, place.amended_by)
    )


def cited_or_not_found(reference: str | None, wording: Wording) -> str:
    """The same for those who keep the law: that nothing was found is said."""
    return cited(reference, wording) or wording.label(ACTS, NOT_FOUND)


def with_legal_basis(sentence: str, reference: str | None, wording: Wording) -> str:
    """The sentence with its legal basis behind it, where one is known."""
    place = cited(reference, wording)
    if place is None:
        return sentence
    basis = wording.language.gettext("Legal basis: %(reference)s.", reference=place)
    return f"{sentence} {basis}"


def _article(place: LegalReference, language: str) -> str:
    german = language == "de"
    said = f"{'Art.' if german else 'art.'} {place.article}"
    if place.paragraph is not None:
        ordinal = "1er" if language == "fr" and place.paragraph == "1" else place.paragraph
        said += f" § {ordinal}" if german else f", § {ordinal}"
    if place.point is not None:
        said += f" Nr. {place.point}" if german else f", {place.point}°"
    return said
