"""The law in the reader's words: amounts, sources, how sure a provision is, and the content of each kind of rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.numbers import format_decimal
from fastapi import Request

from api.pages.page_parts import Badge, Tone
from api.pages.rendering import Pages
from api.pages.session import Readers
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.durations import days_text, duration_text, length_text
from api.words.sentences.figures import money
from api.words.sentences.legal_references import cited, cited_or_not_found
from api.words.sentences.wording import Wording
from domain.law import reasons
from domain.law.provisions import employer, job
from domain.law.provisions.effective_dated import Provision
from domain.law.provisions.pay import (
    EXEMPT_CIRCUMSTANCES,
    BaseAmount,
    Fee,
    FeeExemption,
    PartTime,
    PayConversion,
    PayDefinition,
    SalaryThreshold,
)
from domain.law.provisions.procedure import ALL, Duty, ReferenceDateRule, RequiredDocument, Retention
from domain.law.rules.employer import EMPLOYER_STATE_ASKED

CATEGORIES_LIST: Final = "categories"
OCCUPATIONS_LIST: Final = "occupations"

_ADDRESS: Final = re.compile(r"(?P<publisher>.*?):? (?P<address>https?://\S+)")
_CONFIDENCE_TONES: Final = {
    "confirmed": Tone.GOOD,
    "single-source": Tone.NEUTRAL,
    "derived": Tone.NEUTRAL,
    "disputed": Tone.ATTENTION,
    "project-brief": Tone.ATTENTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceShown:
    """The source and, where it is known, its address."""

    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class LawWords:
    """One language, and what the provisions of the law are called in it."""

    language: Language
    code_lists: CodeLists
    for_officials: bool = False
    """Whether the remarks of the editors of the law data are shown too: notes in English, sources without address."""

    @property
    def wording(self) -> Wording:
        return Wording(self.language, self.code_lists)

    def label(self, list_name: str, code: str) -> str:
        return self.wording.label(list_name, code)

    def amount(self, threshold: SalaryThreshold) -> str:
        """Euros a year or a month, as published."""
        return money(str(threshold.amount), threshold.unit, self.wording)

    def note(self, provision: Provision) -> str | None:
        """What the editors of the law data remark on an entry; not shown to parties."""
        return provision.note if self.for_officials else None

    def legal_basis(self, reference: str | None) -> str | None:
        """The place in the act; officials are also told where none was found, to others an absent one says nothing."""
        return cited_or_not_found(reference, self.wording) if self.for_officials else cited(reference, self.wording)

    def source(self, source: str) -> SourceShown | None:
        """A source where everyone can look it up; one without an address is for officials."""
        shown = _source_shown(source)
        return shown if shown.href is not None or self.for_officials else None

    def sources(self, sources: Iterable[str]) -> tuple[SourceShown, ...]:
        return tuple(shown for each in sources if (shown := self.source(each)) is not None)

    def period(self, provision: Provision) -> str:
        """The days on which a provision is in force, with its last day, as people count them."""
        _ = self.language.gettext
        if provision.valid_from is None:
            return _("No day is published")
        start = self.language.date(provision.valid_from)
        if provision.valid_to is None:
            return _("from %(start)s", start=start)
        last = self.language.date(date.fromordinal(provision.valid_to.toordinal() - 1))
        return _("from %(start)s to %(last)s", start=start, last=last)

    def confidence(self, provision: Provision, day: date) -> Badge:
        """How sure a provision is on a day."""
        return self.confidence_badge(provision.confidence_on(day))

    def confidence_badge(self, confidence: str) -> Badge:
        return Badge(
            text=self.label("lawConfidences", confidence), tone=_CONFIDENCE_TONES.get(confidence, Tone.ATTENTION)
        )

    def kind(self, kind: str) -> str:
        """What rules of a kind are about, as a heading of a few words."""
        _ = self.language.gettext
        titles = {
            job.CategoryRule.kind: _("What is tested"),
            job.ClosedCategory.kind: _("Categories that do not exist"),
            job.LabourMarketTestTerms.kind: _("Labour-market test"),
            job.QualificationLevel.kind: _("Qualification level of the job"),
            job.EmploymentShare.kind: _("Share of full time"),
            job.ContractForm.kind: _("Form of contract"),
            job.AgeLimit.kind: _("Age of the worker"),
            job.MinimumAge.kind: _("Minimum age"),
            job.FreeMovement.kind: _("Nationalities that need no permit"),
            job.ContractDuration.kind: _("Length of the contract"),
            job.PermitDuration.kind: _("Duration of the permit"),
            job.PriorService.kind: _("Service before a transfer"),
            job.WorkHistoryTerms.kind: _("Work before a permit of unlimited duration"),
            employer.EmployerAge.kind: _("Age of the undertaking"),
            employer.EmployerCondition.kind: _("Condition on the employer"),
            job.ContractContent.kind: _("Content of the contract"),
            job.ShortageList.kind: _("List of shortage occupations"),
            job.ShortageOccupation.kind: _("Shortage occupation"),
            job.BottleneckList.kind: _("List of bottleneck occupations of the employment service"),
            job.BottleneckOccupation.kind: _("Bottleneck occupation"),
            SalaryThreshold.kind: _("Minimum gross pay"),
            BaseAmount.kind: _("Base amount"),
            PayConversion.kind: _("From pay a month to pay a year"),
            PayDefinition.kind: _("What counts as pay"),
            PartTime.kind: _("Part-time work"),
            ReferenceDateRule.kind: _("Day whose law applies"),
            Fee.kind: _("Fee"),
            FeeExemption.kind: _("Exemption from the fee"),
            RequiredDocument.kind: _("Document to be added"),
            Retention.kind: _("How long records are kept"),
            Duty.kind: _("Duty of the authority"),
        }
        return titles[kind]

    def subjects(self, kind: str, codes: Iterable[str]) -> str:
        """The subjects of a rule: categories, occupations, forms of contract; empty for all."""
        if kind in (job.ShortageOccupation.kind, job.BottleneckOccupation.kind):
            return self._listed(OCCUPATIONS_LIST, codes)
        if kind == job.FreeMovement.kind:
            return self.wording.listed(self.country(each) for each in codes)
        if kind == FeeExemption.kind:
            return self.wording.listed(
                self.label("feeExemptions", each) if each in EXEMPT_CIRCUMSTANCES else self.country(each)
                for each in codes
            )
        if kind in (Retention.kind, Duty.kind):
            return ""
        if kind == BaseAmount.kind:
            return self._listed("amountBases", codes)
        if kind == PayConversion.kind:
            return self._listed("contracts", codes)
        # A scope may pair a category with a nationality or a document.
        categories = dict.fromkeys(each.partition(":")[0] for each in codes)
        return "" if ALL in categories else self._listed(CATEGORIES_LIST, categories)

    def country(self, code: str) -> str:
        """The name of a country by its code of ISO 3166-1."""
        return str(self.language.locale.territories.get(code, code))

    def rule(self, provision: Provision) -> str:
        """The content of a provision, in a sentence or less."""
        _, language = self.language.gettext, self.language
        match provision:
            case job.CategoryRule():
                return self._tests(provision)
            case job.LabourMarketTestTerms():
                return self._terms(provision)
            case job.QualificationLevel(highest=None):
                return _("at least level %(least)s", least=language.integer(provision.least))
            case job.QualificationLevel(highest=int() as highest):
                return _("level %(least)s to %(highest)s", least=provision.least, highest=highest)
            case job.EmploymentShare():
                return _("at least %(share)s of full time", share=language.percent(provision.least))
            case job.ContractForm():
                return self._listed("contracts", provision.contracts)
            case job.AgeLimit():
                return _("younger than %(age)s years", age=language.integer(provision.below))
            case job.MinimumAge():
                return _("at least %(age)s years", age=language.integer(provision.least))
            case job.FreeMovement():
                return _("no permit needed")
            case job.ContractDuration():
                return _("at least %(duration)s", duration=duration_text(str(provision.least), language))
            case job.PriorService():
                return _("at least %(duration)s", duration=duration_text(f"P{provision.least_months}M", language))
            case job.WorkHistoryTerms():
                return self._work(provision)
            case employer.EmployerAge():
                return _("founded at least %(duration)s before", duration=duration_text(str(provision.least), language))
            case employer.EmployerCondition():
                return self.label("employerStates", EMPLOYER_STATE_ASKED[provision.condition])
            case job.ContractContent():
                return self._listed("contractElements", provision.elements)
            case job.ClosedCategory():
                return _("exempt from the permit") if provision.exempt else _("no such category")
            case job.OccupationList(functions=None):
                return _("a list of which the occupations were not found")
            case job.OccupationList(functions=int() as functions):
                return language.ngettext("%(num)s occupation", "%(num)s occupations", functions)
            case job.ListedOccupation(held_until=date() as day):
                return _("on the list, at least until %(day)s", day=language.date(day, "long"))
            case job.ListedOccupation():
                return _("on the list")
            case PayConversion():
                return _(
                    "times %(months)s",
                    months=format_decimal(provision.months_per_year, "#,##0.##", locale=language.locale),
                )
            case PayDefinition():
                return self._pay_definition(provision)
            case PartTime(pro_rata=None):
                return self.label("findingReasons", reasons.PART_TIME_RULE_UNKNOWN)
            case PartTime(pro_rata=True):
                return _("the amount is reduced in proportion to the hours")
            case PartTime():
                return _("the amount is not reduced for fewer hours")
            case SalaryThreshold() | BaseAmount():
                return money(str(provision.amount), provision.unit, self.wording)
            case ReferenceDateRule():
                return self.label("decidingDateBases", provision.basis)
            case Fee():
                return self._fee(provision)
            case FeeExemption():
                return _("no fee due")
            case job.PermitDuration():
                return self._duration(provision)
            case Retention():
                return _(
                    "queries to the Crossroads Bank: %(keep)s, of which %(online)s online",
                    keep=duration_text(str(provision.keep), language),
                    online=duration_text(str(provision.online), language),
                )
            case Duty():
                text = _("the worker is informed of the status of the application")
                return text if provision.transposed else _("%(duty)s (not transposed into Belgian law)", duty=text)
            case RequiredDocument():
                part = self.wording.inside("permitParts", provision.part)
                name = self.label("documentKinds", provision.document)
                return _("%(document)s (for the part: %(part)s)", document=name, part=part)
            case _:
                raise ValueError(f"no wording is known for a provision of the kind {provision.kind}")

    def _listed(self, list_name: str, codes: Iterable[str]) -> str:
        return self.wording.listed(self.label(list_name, each) for each in codes)

    def _tests(self, rule: job.CategoryRule) -> str:
        _ = self.language.gettext
        pay = {
            None: _("no pay test was found"),
            "threshold": _("pay of at least a published amount"),
            "jointCommitteeScale": _("pay by the scale of the joint committee"),
            "sectorScale": _("pay by the scale of the sector"),
            "underlyingCategory": _("the pay of the category to which the job belongs"),
            "contract": _("a valid contract, without a minimum pay"),
            "notStated": _("no minimum pay is stated"),
        }[rule.pay_test]
        market = {
            None: _("whether there is a labour-market test was not found"),
            "required": _("a labour-market test"),
            "notRequired": _("no labour-market test"),
            "underlyingCategory": _("the labour-market test of the category to which the job belongs"),
        }[rule.labour_market_test]
        if rule.combination == "either":
            return _("%(one)s, or %(other)s", one=pay, other=market)
        return _("%(one)s, and %(other)s", one=pay, other=market)

    def _terms(self, terms: job.LabourMarketTestTerms) -> str:
        _, language = self.language.gettext, self.language
        channels = self._listed("recruitmentChannels", terms.channels)
        days = days_text(terms.publication_days, language)
        if terms.within is None:
            return _("vacancy published for %(days)s before filing, on %(channels)s", days=days, channels=channels)
        return _(
            "vacancy published for %(days)s within %(window)s before filing, on %(channels)s",
            days=days,
            window=duration_text(str(terms.within), language),
            channels=channels,
        )

    def _work(self, terms: job.WorkHistoryTerms) -> str:
        _, language = self.language.gettext, self.language
        least = duration_text(str(terms.least), language)
        if terms.least_with_family is not None:
            shorter = length_text(str(terms.least_with_family), language)
            least = _("%(least)s (with family in Belgium: %(shorter)s)", least=least, shorter=shorter)
        countries = self.wording.listed(self.country(each) for each in terms.nationalities)
        whose = _("any nationality") if ALL in terms.nationalities else countries
        if terms.within is None:
            return _("at least %(least)s of work (%(whose)s)", least=least, whose=whose)
        within = duration_text(str(terms.within), language)
        return _("at least %(least)s of work within %(within)s (%(whose)s)", least=least, within=within, whose=whose)

    def _duration(self, duration: job.PermitDuration) -> str:
        _, language = self.language.gettext, self.language
        parts = []
        if duration.most is not None:
            parts.append(_("at most %(duration)s", duration=duration_text(str(duration.most), language)))
        if duration.least is not None:
            parts.append(
                _(
                    "at least %(duration)s, or the shorter contract and %(more)s",
                    duration=duration_text(str(duration.least), language),
                    more=duration_text(str(duration.beyond_contract), language),
                )
            )
        if duration.ends_before_age is not None:
            parts.append(
                _(
                    "until the day before the birthday on which the worker is %(age)s, unless the contract provides "
                    "for the higher pay from then on",
                    age=language.integer(duration.ends_before_age),
                )
            )
        return "; ".join(parts)

    def _pay_definition(self, pay: PayDefinition) -> str:
        _ = self.language.gettext
        counts, other = (self._listed("payComponents", each) for each in (pay.counts, pay.does_not_count))
        return _("counts: %(counts)s; does not count: %(other)s", counts=counts, other=other)

    def _fee(self, fee: Fee) -> str:
        _, language = self.language.gettext, self.language
        recipient = self.label("feeRecipients", fee.recipient)
        text = _("%(amount)s to: %(recipient)s", amount=language.money(fee.amount), recipient=recipient)
        if not fee.other_values:
            return text
        others = self.wording.listed(language.money(each.amount) for each in fee.other_values)
        return _("%(fee)s (other sources: %(others)s)", fee=text, others=others)


def law_words(request: Request, pages: Pages, readers: Readers) -> LawWords:
    """The words for who reads the law: in their language, and for officials with the remarks of its editors."""
    return LawWords(pages.language(request), readers.code_lists, for_officials=readers.is_official(request))


def _source_shown(source: str) -> SourceShown:
    """A source as the law files write it: ``publisher: https://...``, or words alone."""
    found = _ADDRESS.fullmatch(source)
    if found is None:
        return SourceShown(text=source, href=None)
    return SourceShown(text=found["publisher"], href=found["address"])
