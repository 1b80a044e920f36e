"""What those need who handle a case or keep the law, and no applicant: provisions, how sure they are, other sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from api.words.sentences.durations import weeks_text
from api.words.sentences.figures import StepTeller, StepValues, money
from api.words.sentences.legal_references import cited_or_not_found, has_article
from api.words.sentences.wording import Wording


def finding_remarks(finding: Mapping[str, Any], wording: Wording) -> tuple[str, ...]:
    """A sentence for each provision a finding rests on, and for each doubt about it, none twice.

    The reasoning of the first engine was stored as sentences, which hold all of this: it has the finding's own
    provision here and no more.
    """
    remarks = dict.fromkeys(_remarks(finding, wording))
    return tuple(remarks)


def _remarks(finding: Mapping[str, Any], wording: Wording) -> Iterator[str]:
    named = set()
    for step in finding["trace"]:
        if isinstance(step, str):
            continue
        values = step["values"]
        if "provision" in values:
            named.add(values["provision"])
            yield _provision(values, wording)
        if step["code"] in REMARKS:
            yield REMARKS[step["code"]](values, wording)
    rule_id = finding.get("ruleId")
    if rule_id is not None and rule_id not in named:
        yield _provision({**finding, "provision": rule_id}, wording)


def _provision(values: Mapping[str, Any], wording: Wording) -> str:
    """Its identifier, its place in the law where the step names one, and how sure it is."""
    language = wording.language
    details = []
    reference = values.get("legalReference")
    if reference is not None:
        details.append(cited_or_not_found(reference, wording))
        if not has_article(reference):
            details.append(language.gettext("the article was not found"))
    if values.get("confidence") is not None:
        details.append(wording.inside("lawConfidences", values["confidence"]))
    if not details:
        return language.gettext("Provision %(provision)s.", provision=values["provision"])
    remarks = details[0]
    for detail in details[1:]:
        remarks = language.gettext("%(remarks)s; %(detail)s", remarks=remarks, detail=detail)
    return language.gettext("Provision %(provision)s: %(details)s.", provision=values["provision"], details=remarks)


def _other_amount(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Another source gives %(amount)s: %(source)s.",
        amount=money(values["amount"], values["unit"], wording),
        source=wording.quoted(values["source"]),
    )


def _amounts_disputed(values: StepValues, wording: Wording) -> str:
    amounts = (money(each, values["unit"], wording) for each in values["amounts"].split())
    return wording.language.gettext(
        "Sources of equal weight give different amounts: %(amounts)s.", amounts=wording.listed(amounts)
    )


def _other_publication(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "Another source gives %(days)s: %(source)s.",
        days=weeks_text(int(values["days"]), wording.language),
        source=wording.quoted(values["source"]),
    )


def _interruptions(values: StepValues, wording: Wording) -> str:
    """How days before and after an interruption were counted is a choice with a confidence of its own."""
    language = wording.language
    confidence = wording.inside("lawConfidences", values["confidence"])
    if values["interruptions"] == "addUp":
        return language.gettext(
            "Days before and after an interruption were added up (%(confidence)s).", confidence=confidence
        )
    return language.gettext(
        "Only the longest run without interruption was counted (%(confidence)s).", confidence=confidence
    )


def _no_rule_on_the_day(values: StepValues, wording: Wording) -> str:
    return wording.language.gettext(
        "No rule on the deciding day is held for this authority: %(authority)s.",
        authority=wording.label("authorities", values["authority"]),
    )


REMARKS: Final[Mapping[str, StepTeller]] = MappingProxyType(
    {
        "filingDateStandsIn": _no_rule_on_the_day,
        "otherAmount": _other_amount,
        "amountsDisputed": _amounts_disputed,
        "otherPublication": _other_publication,
        "publishedInWindow": _interruptions,
        "publishedBeforeFiling": _interruptions,
    }
)
"""The remarks of a step for case handlers beyond its provision; some steps are for them only."""
