"""Why a finding is undetermined, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.words.sentences.wording import Wording
from domain.law import reasons

_CHANNELS: Final = "labourMarketTest.publications."

_TOLD_BY_A_STEP: Final = frozenset(
    {
        reasons.AMOUNT_DISPUTED, reasons.AMOUNT_UNDATED, reasons.DECIDED_BY_CONTRACT,
        reasons.JOINT_COMMITTEE_SCALE_UNKNOWN, reasons.NOT_FOUND, reasons.NOT_STATED, reasons.NO_AMOUNT_IN_FORCE,
        reasons.NO_TERMS_IN_FORCE, reasons.PART_TIME_RULE_UNKNOWN, reasons.PUBLICATION_DISPUTED,
        reasons.SECTOR_SCALE_UNKNOWN, reasons.UNDERLYING_CATEGORY_UNKNOWN,
    }
)  # fmt: skip
"""The reasons that the reasoning itself explains in full."""


def why_open(finding: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    """What is missing and who has to do something; nothing of a test that is not required at all."""
    language = wording.language
    missing, reason = finding.get("missing") or (), finding.get("reason")
    if missing:
        facts = wording.listed(fact_name(each, wording) for each in missing)
        yield language.gettext("This cannot be assessed yet. Still to be stated: %(facts)s.", facts=facts)
        return
    match reason:
        case None | reasons.NOT_REQUIRED:
            return
        case reasons.AMOUNT_NOT_PUBLISHED_YET:
            yield language.gettext("This can be assessed once the amount has been published.")
            return
        case reasons.NO_CONVERSION_IN_FORCE:
            yield language.gettext("No rule is known to us by which this pay can be converted for the comparison.")
        case reasons.SHORTAGE_LIST_INCOMPLETE:
            yield language.gettext("The list is not known to us in full, and this function is not in the known part.")
        case reasons.LINK_NOT_IN_FACTS:
            yield language.gettext(
                "What decides here, such as the place of residence of the worker, is not stated in the application."
            )
        case reasons.MUNICIPALITY_UNKNOWN:
            yield language.gettext("No competent authority is known to us for this municipality code: check the code.")
        case str() if reason not in _TOLD_BY_A_STEP:
            yield language.gettext("Undetermined: %(reason)s.", reason=wording.inside("findingReasons", reason))
    yield language.gettext("A case handler assesses this point.")


def fact_name(path: str, wording: Wording) -> str:
    """What readers call a fact: ``employment.grossPay.amount`` is the gross pay."""
    if path.startswith(_CHANNELS):
        channel = wording.label("recruitmentChannels", path.removeprefix(_CHANNELS))
        return f"{fact_name(_CHANNELS[:-1], wording)} ({channel})"
    return wording.label("factNames", path.replace(".", "-"))
