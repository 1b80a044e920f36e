"""Sentences on a category that an authority does not have."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from api.words.sentences.figures import StepTeller, StepValues
from api.words.sentences.legal_references import with_legal_basis
from api.words.sentences.wording import Wording


def _exempt(values: StepValues, wording: Wording) -> str:
    sentence = wording.language.gettext(
        "%(category)s is no category of permit of this authority (%(authority)s): the work is exempt from the permit.",
        **_category_and_authority(values, wording),
    )
    return with_legal_basis(sentence, values["legalReference"], wording)


def _closed(values: StepValues, wording: Wording) -> str:
    sentence = wording.language.gettext(
        "%(category)s is no category of permit of this authority (%(authority)s) on that day.",
        **_category_and_authority(values, wording),
    )
    return with_legal_basis(sentence, values["legalReference"], wording)


def _category_and_authority(values: StepValues, wording: Wording) -> dict[str, str]:
    return {
        "category": wording.quoted_label("categories", values["category"]),
        "authority": wording.label("authorities", values["authority"]),
    }


CATEGORY_STEPS: Final = MappingProxyType[str, StepTeller]({"categoryExempt": _exempt, "categoryClosed": _closed})
