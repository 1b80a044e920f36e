"""The law as a page to read: docs/law.md is made of the data, so that it cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from api.words.sentences.legal_references import cited_or_not_found
from api.words.sentences.wording import Wording
from domain.law.exact_pay import euro_text
from domain.law.procedural_terms import ProceduralTerm
from domain.law.provisions import employer, job, pay, procedure
from domain.law.provisions.effective_dated import Provision
from domain.law.readers.law_files import LAW_AUTHORITIES
from domain.law.rulebook import Rulebook

_NAMES: Final = {
    "flanders": "Flanders",
    "brussels": "Brussels",
    "wallonia": "Wallonia",
    "german-community": "German-speaking Community",
    "federal": "Federal",
}
_SOURCE: Final = re.compile(r"(?P<name>.*?): (?P<address>https?://\S+)$")

_PART_TIME: Final = {True: "in proportion", False: "not reduced", None: "not found"}
_HELD: Final = {True: "held whole", False: "not held whole", None: "not found"}
_MOST_NAMED: Final = 50
"""Up to this many municipalities are named; for more the page gives the number."""

_TITLES: Final[dict[type[Provision], str]] = {
    pay.SalaryThreshold: "Salary thresholds",
    pay.BaseAmount: "Base amounts",
    pay.PayConversion: "From pay a month to pay a year",
    pay.PayDefinition: "What counts as pay",
    pay.PartTime: "Part-time work",
    job.CategoryRule: "What a category is tested on",
    job.ClosedCategory: "Categories that do not exist",
    job.LabourMarketTestTerms: "Labour-market test",
    job.QualificationLevel: "Qualification level of the function",
    job.EmploymentShare: "Share of full time",
    job.ContractForm: "Form of the contract",
    job.ContractDuration: "Length of the contract",
    job.AgeLimit: "Age",
    job.MinimumAge: "Minimum age",
    job.FreeMovement: "Nationalities that need no permit",
    job.PermitDuration: "Duration of the permit",
    job.PriorService: "Earlier service before a transfer",
    job.WorkHistoryTerms: "Work before a permit of unlimited duration",
    employer.EmployerAge: "Age of the undertaking",
    employer.EmployerCondition: "Conditions on the employer",
    job.ContractContent: "Content of the contract",
    job.ShortageList: "Shortage lists",
    job.ShortageOccupation: "Shortage occupations",
    job.BottleneckList: "Lists of bottleneck occupations of the employment service",
    job.BottleneckOccupation: "Bottleneck occupations",
    procedure.RequiredDocument: "Documents",
    procedure.ReferenceDateRule: "Deciding date",
    procedure.SelectedReading: "Selected readings",
    procedure.CompetenceOrder: "What makes an authority competent",
    procedure.Territory: "Territory",
    pay.Fee: "Fees",
    pay.FeeExemption: "Exemptions from fees",
    procedure.Retention: "Keeping of records",
    procedure.Duty: "Duties without a term",
}

_HEAD: Final = """# The law, as this program holds it

Made from the law files by `permit law document`; a test keeps it current. How a rule gets in, how it is corrected and
how it is kept: [flows/law.md](flows/law.md).

Every entry says from when it is in force, where it comes from and how far it can be trusted: `confirmed` by two
sources, from a `single-source`, `disputed` (with what others say next to it), given by the `project-brief`, or
`derived` by arithmetic. What no source gives is absent, and an assessment is then *undetermined*. Where no day of
publication is known, the first day in force is used for it, marked *assumed*. Of several readings of an open question
only the selected one is applied. Looked for and not found, among others: the Flemish amounts after Statbel's next
figure, the whole list of 21 shortage occupations, dated amounts of the German-speaking Community from 2020 on and the
terms of its labour-market test, and whether a request for documents suspends the term of decision.
"""


def law_document(rulebook: Rulebook, english: Wording) -> str:
    """The whole law in Markdown, by authority and kind, and the terms of procedure."""
    lines = [_HEAD, f"Rule set `{rulebook.sha256}`, {len(rulebook.provisions)} provisions."]
    for authority in LAW_AUTHORITIES:
        lines.append(f"\n## {_NAMES[authority]}")
        for kind, title in _TITLES.items():
            found = [each for each in rulebook.provisions if type(each) is kind and each.authority == authority]
            if found:
                lines += [f"\n### {title}\n", *_table(sorted(found, key=_order), english)]
    lines += ["\n## Terms of procedure\n", *_terms(rulebook.terms.all(), english)]
    return "\n".join(lines) + "\n"


def _order(provision: Provision) -> tuple[str, date, str]:
    return ", ".join(provision.scope), provision.valid_from or date.min, provision.id


def _table(provisions: Sequence[Provision], english: Wording) -> Iterator[str]:
    yield "| entry | says | in force | article | sources | confidence |"
    yield "|---|---|---|---|---|---|"
    for each in provisions:
        article = cited_or_not_found(each.legal_reference, english)
        cells = (each.id, _says(each), _in_force(each), article, _sources(each.sources), _confidence(each))
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _says(provision: Provision) -> str:
    content = _content(provision)
    if provision.question is not None:
        content += f"; reading `{provision.reading}` of `{provision.question}`"
    return content if provision.note is None else f"{content}. *{provision.note}*"


def _content(provision: Provision) -> str:
    """The content of a provision, in the words of its kind."""
    scope = ", ".join(provision.scope)
    match provision:
        case pay.SalaryThreshold():
            share = "" if provision.percentage is None else f" ({provision.percentage} % of {provision.basis})"
            month = "" if provision.amount_a_month is None else f", {euro_text(provision.amount_a_month)} a month"
            others = _others((*provision.other_values, *provision.disputed_amounts)) + _reduced(provision)
            until = "" if provision.published_until is None else f"; published until {provision.published_until}"
            return f"{scope}: **{euro_text(provision.amount)}** {provision.unit}{month}{share}{others}{until}"
        case pay.BaseAmount():
            return f"{scope}: {euro_text(provision.amount)} {provision.unit}"
        case pay.PayConversion():
            return f"{scope}: a year is {provision.months_per_year} months"
        case pay.PayDefinition():
            disputed = f"; disputed: {', '.join(provision.disputed)}" if provision.disputed else ""
            return f"counts: {', '.join(provision.counts)}; not: {', '.join(provision.does_not_count)}{disputed}"
        case pay.PartTime():
            return f"{scope}: {_PART_TIME[provision.pro_rata]}"
        case pay.Fee():
            return f"{provision.recipient}, {scope}: {euro_text(provision.amount)} EUR{_others(provision.other_values)}"
        case pay.FeeExemption():
            return f"{scope}: no fee due"
        case job.PermitDuration():
            return f"{scope}: {'; '.join(_durations(provision))}"
        case job.CategoryRule():
            pay_test, recruitment = provision.pay_test or "not found", provision.labour_market_test or "not found"
            joined = "either is enough" if provision.combination == "either" else "each"
            return f"{scope}: pay {pay_test}, labour-market test {recruitment} ({joined})"
        case job.LabourMarketTestTerms():
            within = "" if provision.within is None else f" within {provision.within} before filing"
            given = (*provision.other_publications, *provision.disputed_publications)
            others = "".join(f"; another source: {each.publication_days} days" for each in given)
            return (
                f"{scope}: {provision.publication_days} days with each of {', '.join(provision.channels)}{within}; "
                f"interruptions {provision.interruptions} ({provision.interruptions_confidence}){others}"
            )
        case job.Requirement():
            return f"{scope}: {_condition(provision)} ({'required' if provision.required else 'shown, not required'})"
        case job.ClosedCategory():
            return f"{scope}: {'exempt from the permit' if provision.exempt else 'no such category'}"
        case job.OccupationList():
            return _list(provision)
        case job.ListedOccupation():
            return scope if provision.held_until is None else f"{scope}, known to be there until {provision.held_until}"
        case procedure.RequiredDocument():
            return f"{', '.join(provision.categories)}: {provision.document} ({provision.part}, {provision.condition})"
        case procedure.ReferenceDateRule():
            return f"{provision.basis.value}"
        case procedure.SelectedReading():
            return f"{scope}: {provision.reading}"
        case procedure.Retention():
            return f"{scope}: kept {provision.keep}, online {provision.online}"
        case procedure.Duty():
            return scope if provision.transposed else f"{scope} (not transposed, never applied)"
        case procedure.CompetenceOrder():
            by_worker = f"; filed by the worker: {', then '.join(provision.by_worker)}" if provision.by_worker else ""
            return f"{scope}: {', then '.join(provision.by)}{by_worker}"
        case procedure.Territory() if len(provision.scope) > _MOST_NAMED:
            return f"{len(provision.scope)} municipalities, by their NIS codes in `territory.toml`"
        case _:
            return scope


def _durations(duration: job.PermitDuration) -> Iterator[str]:
    if duration.most is not None:
        yield f"at most {duration.most}"
    if duration.least is not None:
        yield f"at least {duration.least}, or a shorter contract and {duration.beyond_contract}"
    if duration.ends_before_age is not None:
        yield (
            f"until the day before the worker is {duration.ends_before_age}, unless the contract provides for the "
            "higher pay from then on"
        )


def _condition(requirement: job.Requirement) -> str:
    match requirement:
        case job.QualificationLevel(least=least, highest=highest):
            return f"level {least} or higher" if highest is None else f"level {least} to {highest}"
        case job.EmploymentShare(least=share):
            return f"at least {share} of full time"
        case job.ContractForm(contracts=contracts):
            return f"{', '.join(contracts)} contract"
        case job.ContractDuration(least=duration):
            return f"at least {duration}"
        case job.AgeLimit(below=years):
            return f"under {years} years"
        case job.MinimumAge(least=years):
            return f"at least {years} years"
        case job.FreeMovement():
            return "no permit needed"
        case job.PriorService(least_months=months):
            return f"at least {months} months"
        case job.WorkHistoryTerms(least=duration, within=within, not_counted=others, least_with_family=shorter):
            window = "" if within is None else f" within {within}"
            family = "" if shorter is None else f", {shorter} with family here"
            return f"{duration}{family}{window}" + (f"; not counted: {', '.join(others)}" if others else "")
        case employer.EmployerAge(least=duration, refusal=refusal):
            return f"founded at least {duration} before, else refusal {refusal} follow"
        case employer.EmployerCondition(condition=condition, refusal=refusal):
            return f"{condition}, else refusal {refusal} follow"
        case job.ContractContent(elements=elements, contracts=contracts):
            return f"a {', '.join(contracts)} contract states {', '.join(elements)}"
        case _:
            raise LookupError(f"a page of the law has no words for {type(requirement).__name__}")


def _list(provision: job.OccupationList) -> str:
    functions = "" if provision.functions is None else f"{provision.functions} functions, "
    residents = isinstance(provision, job.ShortageList) and provision.long_term_residents_only
    return f"{functions}{_HELD[provision.complete]}" + (", for long-term residents only" if residents else "")


def _reduced(threshold: pay.SalaryThreshold) -> str:
    return "".join(
        f"; {euro_text(each.amount)} with experience below {each.experience_below} ({each.source})"
        for each in threshold.reduced_amounts
    )


def _others(values: Sequence[pay.OtherValue]) -> str:
    return "".join(f"; {each.source} gives {euro_text(each.amount)}" for each in values)


def _in_force(provision: Provision) -> str:
    if provision.valid_from is None:
        return "undated, never applied"
    until = "" if provision.valid_to is None else str(provision.valid_to - timedelta(days=1))
    known = "assumed" if provision.known_from_basis == "assumed" else f"known from {provision.known_from}"
    return f"{provision.valid_from} to {until} ({known})" if until else f"from {provision.valid_from} ({known})"


def _confidence(provision: Provision) -> str:
    later = "".join(f"; {each.confidence} from {each.valid_from}" for each in provision.later_confidence)
    return f"{provision.confidence}{later}"


def _sources(sources: Sequence[str]) -> str:
    return "; ".join(_SOURCE.sub(r"[\g<name>](\g<address>)", each) for each in sources)


def _terms(terms: Sequence[ProceduralTerm], english: Wording) -> Iterator[str]:
    yield "| term | for | length | counts from | applied | article | sources | confidence |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in terms:
        also = "" if each.alternative is None else f" or {each.alternative}, the earlier"
        opens = "" if each.opens is None else f", opens {each.opens} before"
        back = " before" if each.is_window else ""
        longer = "" if each.extension is None else f", or {each.extension} longer"
        cells = (
            each.id,
            f"{each.purpose}: {each.authority}, {', '.join(each.categories)}",
            f"{each.term}{back}{also}{longer}{opens}",
            each.starts,
            f"from {each.valid_from}" if each.transposed else "never (not transposed)",
            cited_or_not_found(each.legal_reference, english),
            _sources(each.sources),
            each.confidence,
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
