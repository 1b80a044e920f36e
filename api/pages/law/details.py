"""The details of a provision after its main sentence: conditions of a condition, and what other sources give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from api.pages.law.words import LawWords, SourceShown
from api.words.sentences.durations import days_text, duration_text
from api.words.sentences.figures import money
from domain.law.provisions import employer, job
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.employer import EmployerRequirement
from domain.law.provisions.pay import MONTHLY, Fee, OtherValue, PayDefinition, SalaryThreshold
from domain.law.provisions.procedure import RequiredDocument

Bearing = Literal["outlier", "equal", "reduced", "itself"]
"""Of no weight; of equal weight, so that the matter is open; lower, for some only; or stated by the text itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherStatement:
    """The statement of another source on the same point, and its weight."""

    text: str
    source: SourceShown | None
    bears: Bearing = "outlier"


def details(provision: Provision, words: LawWords) -> tuple[str, ...]:
    """Sentences, in the order in which they matter; none for most kinds."""
    return tuple(_details(provision, words))


def _details(provision: Provision, words: LawWords) -> Iterator[str]:
    _, language = words.language.gettext, words.language
    match provision:
        case job.LabourMarketTestTerms():
            if provision.interruptions == "addUp":
                yield _("Days of a publication that was interrupted add up.")
            else:
                yield _("Only the longest stretch without interruption counts.")
            if provision.complete_when_filed:
                yield _("A file must hold all its evidence when it is filed.")
        case job.WorkHistoryTerms() if provision.not_counted:
            bases = words.wording.all_inside("workBases", provision.not_counted)
            yield _("Not counted is work done %(bases)s.", bases=bases)
        case job.OccupationList():
            if isinstance(provision, job.ShortageList):
                if provision.renewal_keeps:
                    yield _("A permit for a function that left the list stays renewable with the same employer.")
                if provision.long_term_residents_only:
                    yield _("Only for long-term residents of another member state.")
            if not provision.complete:
                yield _("The law data do not hold the whole list.")
        case EmployerRequirement(refusal=employer.MAY):
            yield _("The authority may refuse on this ground and need not.")
        case RequiredDocument():
            sentence = {
                "always": "",
                "belgianContract": _("With an employment contract under Belgian law."),
                "posted": _("For a worker who is posted."),
                "byRepresentative": _("Where a representative files."),
                "adult": _("For a worker who is of age."),
                "contributionOwed": _("Where the contribution is owed."),
            }[provision.condition]
            if sentence:
                yield sentence
        case SalaryThreshold():
            if provision.amount_a_month is not None:
                amount = money(str(provision.amount_a_month), MONTHLY, words.wording)
                yield _("Monthly pay under a Belgian contract is compared with %(amount)s.", amount=amount)
            if provision.published_until is not None:
                yield _("Published until %(day)s.", day=language.date(provision.published_until, "long"))
        case _:
            return


def other_statements(provision: Provision, words: LawWords) -> tuple[OtherStatement, ...]:
    """The values that other sources give, each with its source."""
    return tuple(_others(provision, words))


def _others(provision: Provision, words: LawWords) -> Iterator[OtherStatement]:
    _ = words.language.gettext
    match provision:
        case SalaryThreshold():
            yield from _amounts(provision.disputed_amounts, provision.unit, words, "equal")
            yield from _amounts(provision.other_values, provision.unit, words, "outlier")
            for reduced in provision.reduced_amounts:
                text = _(
                    "%(amount)s with less than %(experience)s of experience",
                    amount=money(str(reduced.amount), provision.unit, words.wording),
                    experience=duration_text(str(reduced.experience_below), words.language),
                )
                yield OtherStatement(text=text, source=words.source(reduced.source), bears="reduced")
        case Fee():
            for each in provision.other_values:
                yield OtherStatement(text=words.language.money(each.amount), source=words.source(each.source))
        case job.LabourMarketTestTerms():
            publications_by_bearing: tuple[tuple[tuple[job.OtherPublication, ...], Bearing], ...] = (
                (provision.disputed_publications, "equal"),
                (provision.other_publications, "outlier"),
            )
            for publications, bears in publications_by_bearing:
                for other in publications:
                    text = days_text(other.publication_days, words.language)
                    yield OtherStatement(text=text, source=words.source(other.source), bears=bears)
        case PayDefinition() if provision.disputed:
            parts = words.wording.all_inside("payComponents", provision.disputed)
            yield OtherStatement(
                text=_("The sources conflict on: %(parts)s.", parts=parts), source=None, bears="itself"
            )
        case _:
            return


def _amounts(values: Iterable[OtherValue], unit: str, words: LawWords, bears: Bearing) -> Iterator[OtherStatement]:
    for each in values:
        text = money(str(each.amount), unit, words.wording)
        yield OtherStatement(text=text, source=words.source(each.source), bears=bears)
