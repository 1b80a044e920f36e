"""Sentences on a category that an authority does not have."""

from __future__ import annotations

from collections.abc import Mapping

from api.sentences.legal_references import cited_or_not_found
from api.sentences.wording import Wording


def category_exempt(values: Mapping[str, str], wording: Wording) -> str:
    return wording.language.gettext(
        "%(category)s is no category of permit of this authority (%(authority)s): the work is exempt from the permit "
        "(%(reference)s; %(confidence)s).",
        **_told(values, wording),
    )


def category_closed(values: Mapping[str, str], wording: Wording) -> str:
    return wording.language.gettext(
        "%(category)s is no category of permit of this authority (%(authority)s) on that day (%(reference)s; "
        "%(confidence)s).",
        **_told(values, wording),
    )


def _told(values: Mapping[str, str], wording: Wording) -> dict[str, str]:
    return {
        "category": wording.quoted(wording.label("categories", values["category"])),
        "authority": wording.label("authorities", values["authority"]),
        "reference": cited_or_not_found(values["legalReference"], wording),
        "confidence": wording.inside("lawConfidences", values["confidence"]),
    }
