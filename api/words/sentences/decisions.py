"""What was decided: on admission, on the work, on the residence, and so on the whole."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.words.sentences.wording import Teller, Values, Wording


def _admissible(values: Values, wording: Wording) -> str:
    sentences = [
        wording.language.gettext(
            "The application was declared admissible by %(actor)s.", actor=wording.actor(values["by"])
        )
    ]
    if values["openPoints"]:
        points = wording.all_quoted("openPoints", values["openPoints"])
        sentences.append(wording.language.gettext("Points that the file left open: %(points)s.", points=points))
    return " ".join(sentences)


def _inadmissible(values: Values, wording: Wording) -> str:
    declared = wording.language.gettext(
        "The application was declared inadmissible by %(actor)s.", actor=wording.actor(values["by"])
    )
    return _with_grounds(declared, "inadmissibilityGrounds", values, wording)


def _work_part(values: Values, wording: Wording) -> str:
    language = wording.language
    decided = language.gettext(
        "The work part of the permit was decided by %(actor)s: %(outcome)s. The conditions were judged by the law of "
        "%(day)s; result: %(verdict)s.",
        actor=wording.actor(values["by"]),
        outcome=wording.inside("outcomes", values["outcome"]),
        day=wording.day(values["legalReferenceDate"]),
        verdict=wording.inside("verdicts", values["verdict"]),
    )
    return _with_grounds(decided, "refusalGrounds", values, wording)


def _residence_part(values: Values, wording: Wording) -> str:
    """The grounds are personal and stay in the decision itself."""
    return wording.language.gettext(
        "The Immigration Office decided on the residence: %(outcome)s. Recorded by %(actor)s.",
        outcome=wording.inside("outcomes", values["outcome"]),
        actor=wording.actor(values["by"]),
    )


def _decided(values: Values, wording: Wording) -> str:
    """A decision from before the parts were distinguished names no part."""
    language, part = wording.language, values.get("refusedPart")
    decided = language.gettext(
        "Final decision on the application: %(outcome)s.", outcome=wording.inside("outcomes", values["outcome"])
    )
    if part is None:
        return decided
    refused = language.gettext("Part refused: %(part)s.", part=wording.inside("permitParts", part))
    return f"{decided} {refused}"


def _with_grounds(sentence: str, list_name: str, values: Values, wording: Wording) -> str:
    codes = values["grounds"]
    if not codes:
        return sentence
    grounds = wording.language.ngettext(
        "Ground: %(grounds)s.", "Grounds: %(grounds)s.", len(codes), grounds=wording.all_quoted(list_name, codes)
    )
    return f"{sentence} {grounds}"


DECISIONS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "applicationDeclaredAdmissible": _admissible,
        "applicationDeclaredInadmissible": _inadmissible,
        "workPartDecided": _work_part,
        "residencePartDecided": _residence_part,
        "applicationDecided": _decided,
    }
)
