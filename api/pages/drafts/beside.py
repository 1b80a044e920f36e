"""What stands beside the questions: what the rules say of the answers so far, and which papers will be needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.drafts.answers import stated_today
from api.pages.drafts.groups import Asked
from api.pages.law.answer import AnswerShown, answer_shown
from api.pages.law.words import LawWords
from api.services.law import LawService
from api.words.sentences.legal_references import cited
from domain.law.checklist import DOCUMENTS
from domain.law.findings import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """A paper of the checklist, with the ``provision`` that asks for it; None where only the authority's list does.

    ``is_certain`` is false where it depends on something that is not filled in yet; ``is_there`` says that the draft
    holds a file of this kind.
    """

    kind: str
    name: str
    part: str
    provision: str | None
    is_certain: bool
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """``answer`` is None until authority and category are chosen, or while something that was saved is wrong.

    ``is_whole`` is false where the law names no paper for this category: the list is not known to be all of it.
    """

    answer: AnswerShown | None
    papers: tuple[PaperShown, ...]
    is_whole: bool


def beside(law: LawService, body: Mapping[str, Any], asked: Asked, words: LawWords) -> Beside:
    """The law of today on what the draft says."""
    stated = None if asked.category is None or asked.authority is None else stated_today(body, asked)
    if stated is None:
        return Beside(answer=None, papers=(), is_whole=False)
    found, papers = law.assess(stated), law.checklist(stated)
    return Beside(
        answer=answer_shown(found.assessment, found.readings, words),
        papers=tuple(
            PaperShown(
                kind=each.document,
                name=words.label("documentKinds", each.document),
                part=words.label("permitParts", each.part),
                provision=cited(each.legal_reference, words.wording),
                is_certain=each.verdict is not Verdict.UNDETERMINED or each.missing == (DOCUMENTS,),
                is_there=each.verdict is Verdict.MET,
            )
            for each in papers.entries
        ),
        is_whole=papers.reason is None or papers.reason != "notFound",
    )
