"""The fields of an application, each with the check that it has to pass: one description for every walk over them.

A filing (:mod:`domain.case.completeness`) and facts that somebody states (:mod:`domain.case.stated_checks`) hold the
same fields. Of a filing the types say which may be absent; of stated facts any may. A field that is absent has no
issues: what must be there beyond the types is for the walk to say. Bounds are what we hold for a typing mistake, and
no law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Generic, TypeAlias, TypeVar

from domain.case import spellings
from domain.case.application import (
    Application,
    Document,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    Representative,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
)
from domain.case.refusals import InputIssue
from domain.case.renewals import RENEWAL_OF, check_named_renewal
from domain.case.stated_facts import StatedFacts
from domain.case.stated_parts import (
    StatedDocument,
    StatedEmployer,
    StatedEmployment,
    StatedEvidence,
    StatedPay,
    StatedPublication,
    StatedRepresentative,
    StatedTransfer,
    StatedWorker,
    StatedWorkPeriod,
)
from domain.case.value_checks import (
    INVALID_INPUT,
    OUT_OF_RANGE,
    Issues,
    at_most,
    day_within,
    digest,
    enterprise_number,
    establishment_unit_number,
    euros,
    free_text,
    in_order,
    line,
    number_within,
    one_of,
    same_day_of_year,
    ssin,
)
from domain.codes import (
    AUTHORITIES,
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    DOCUMENT_KINDS,
    FILING_ROLES,
    KINDS,
    LANGUAGES,
    PAY_PERIODS,
    RECRUITMENT_CHANNELS,
    kind_of_category,
)

HIGHEST_PAY: Final = {"year": Decimal(1_000_000), "month": Decimal("83333.33")}
"""EUR by period. A higher pay has more likely been given in cents."""

YEARS_AROUND_FILING: Final = 5
"""Years before or after the day of filing within which a job is expected to start."""

LONGEST_JOB_IN_YEARS: Final = 50
EARLIEST_BIRTH: Final = date(1900, 1, 1)
EARLIEST_FOUNDING: Final = date(1200, 1, 1)
"""The oldest undertakings are breweries of abbeys."""

EARLIEST_WORK_OR_VACANCY: Final = date(1950, 1, 1)
LATEST_DAY: Final = date(2199, 12, 31)
MOST_MONTHS_OF_SERVICE: Final = 600
LARGEST_DOCUMENT_IN_BYTES: Final = 100 * 1024 * 1024

AnyApplication: TypeAlias = Application | StatedFacts
AnyEmployer: TypeAlias = Employer | StatedEmployer
AnyRepresentative: TypeAlias = Representative | StatedRepresentative
AnyWorker: TypeAlias = Worker | StatedWorker
AnyEmployment: TypeAlias = Employment | StatedEmployment
AnyPay: TypeAlias = GrossPay | StatedPay
AnyPublication: TypeAlias = VacancyPublication | StatedPublication
AnyTransfer: TypeAlias = Transfer | StatedTransfer
AnyWorkPeriod: TypeAlias = WorkPeriod | StatedWorkPeriod
AnyDocument: TypeAlias = Document | StatedDocument

P = TypeVar("P")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Field(Generic[P]):
    """One field of a part ``P`` of an application.

    ``check(path, part, filed_on)`` gives the issues of the field, none where it is absent. ``beside_filing``: it is a
    day or a number that only the day of filing says something of.
    """

    name: str
    check: Callable[[str, P, date], Issues]
    beside_filing: bool


Fields: TypeAlias = tuple[Field[P], ...]


def walk(fields: Fields[P], prefix: str, part: P | None, filed_on: date) -> Issues:
    """The issues of every field of the part, in the order of the fields; ``prefix`` is the path that leads to it."""
    if part is not None:
        for field in fields:
            yield from field.check(prefix + field.name, part, filed_on)


def apart_from_filing(fields: Fields[P]) -> Fields[P]:
    """The fields that can be checked where the day of filing is not known."""
    return tuple(field for field in fields if not field.beside_filing)


def beside_filing(fields: Fields[P]) -> Fields[P]:
    """The fields that only the day of filing says something of."""
    return tuple(field for field in fields if field.beside_filing)


def walk_each(fields: Fields[P], path: str, parts: Sequence[P], filed_on: date, *, at_least: int = 0) -> Issues:
    """The issues of a list at ``path``, and of every field of its entries."""
    yield from at_most(path, parts, at_least=at_least)
    for n, part in enumerate(parts):
        yield from walk(fields, f"{path}[{n}].", part, filed_on)


def evidence_of_recruitment(
    prefix: str, evidence: LabourMarketEvidence | StatedEvidence | None, published_until: date, *, at_least: int
) -> Issues:
    """The issues of proof of recruitment with ``at_least`` so many publications, begun by ``published_until``."""
    if evidence is not None:
        yield from walk_each(
            PUBLICATION, f"{prefix}publications", evidence.publications or (), published_until, at_least=at_least
        )
        yield from at_most(f"{prefix}candidates", evidence.candidates)
        for n, candidate in enumerate(evidence.candidates):
            yield from free_text(f"{prefix}candidates[{n}]", candidate)


def category_of_another_kind(kind: str | None, category: str | None, remedy: str) -> Issues:
    """A known category that does not belong to a known kind; ``remedy`` holds a place for the kind that it has."""
    if kind in KINDS and category in CATEGORIES and kind_of_category(category) != kind:
        yield InputIssue(
            path="category",
            code=INVALID_INPUT,
            problem=f"the category {category} does not belong to the kind {kind}",
            remedy=remedy.format(kind=kind_of_category(category)),
        )


def _field(name: str, of: Callable[[P], V | None], check: Callable[[str, V], Issues]) -> Field[P]:
    def checked(path: str, part: P, _: date) -> Issues:
        value = of(part)
        return iter(()) if value is None else check(path, value)

    return Field(name, checked, beside_filing=False)


def _beside_filing(name: str, of: Callable[[P], V | None], check: Callable[[str, V, date], Issues]) -> Field[P]:
    def checked(path: str, part: P, filed_on: date) -> Issues:
        value = of(part)
        return iter(()) if value is None else check(path, value, filed_on)

    return Field(name, checked, beside_filing=True)


def _rule(name: str, check: Callable[[str, P], Issues]) -> Field[P]:
    """A field that is checked beside others of its part."""
    return Field(name, lambda path, part, _: check(path, part), beside_filing=False)


def _code_of(allowed: Sequence[str]) -> Callable[[str, str], Issues]:
    return lambda path, code: one_of(path, code, allowed)


def _from_to(smallest: int, largest: int) -> Callable[[str, int], Issues]:
    return lambda path, number: number_within(path, number, smallest, largest)


def _from_until_filing(earliest: date) -> Callable[[str, date, date], Issues]:
    return lambda path, day, filed_on: day_within(path, day, earliest, filed_on)


def _around_filing(path: str, start: date, filed_on: date) -> Issues:
    earliest = same_day_of_year(filed_on, -YEARS_AROUND_FILING)
    return day_within(path, start, earliest, same_day_of_year(filed_on, YEARS_AROUND_FILING))


def _end_of_job(path: str, job: AnyEmployment) -> Issues:
    if job.start is None or job.end is None:
        return
    disorder = tuple(in_order(path, job.start, job.end))
    yield from disorder
    if not disorder and job.end.year - job.start.year > LONGEST_JOB_IN_YEARS:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem=f"the job would last more than {LONGEST_JOB_IN_YEARS} years",
            remedy="leave the end out of an open-ended contract",
        )


def _share_of_full_time(path: str, share: Decimal) -> Issues:
    if not 0 < share <= 1:
        yield InputIssue(
            path=path,
            code=OUT_OF_RANGE,
            problem="it is not above 0 and at most 1",
            remedy='write the fraction of a full-time job, such as "1.0" or "0.5"',
        )


def _contract_elements(path: str, elements: tuple[str, ...]) -> Issues:
    yield from at_most(path, elements)
    for n, each in enumerate(elements):
        yield from one_of(f"{path}[{n}]", each, CONTRACT_ELEMENTS)


def _amount(path: str, pay: AnyPay) -> Issues:
    highest = HIGHEST_PAY.get(pay.period or "year", HIGHEST_PAY["year"])
    return iter(()) if pay.amount is None else euros(path, pay.amount, highest)


PERMIT: Final[Fields[AnyApplication]] = (
    _field("authority", lambda a: a.authority, _code_of(AUTHORITIES)),
    _field("kind", lambda a: a.kind, _code_of(KINDS)),
    _field("category", lambda a: a.category, _code_of(CATEGORIES)),
)
"""What is applied for. See :func:`category_of_another_kind` too."""

PROCEDURE: Final[Fields[AnyApplication]] = (
    _field("procedureLanguage", lambda a: a.procedure_language, _code_of(LANGUAGES)),
    _field("filedBy", lambda a: a.filed_by, _code_of(FILING_ROLES)),
)

RENEWED: Final[Fields[Application]] = (_rule(RENEWAL_OF, lambda _path, application: check_named_renewal(application)),)
"""What only a filing says. Whether there is such an application is for the caller's border to know."""

EMPLOYER: Final[Fields[AnyEmployer]] = (
    _field("enterpriseNumber", lambda e: e.enterprise_number, enterprise_number),
    _field("name", lambda e: e.name, line),
    _field(
        "foundedOn",
        # An application does not say it; the register of enterprises does.
        lambda e: e.founded_on if isinstance(e, StatedEmployer) else None,
        lambda path, day: day_within(path, day, EARLIEST_FOUNDING, LATEST_DAY),
    ),
    _field("establishmentUnitNumber", lambda e: e.establishment_unit_number, establishment_unit_number),
)

REPRESENTATIVE: Final[Fields[AnyRepresentative]] = (
    _field("enterpriseNumber", lambda r: r.enterprise_number, enterprise_number),
    _field("mandateReference", lambda r: r.mandate_reference, line),
)

WORKER: Final[Fields[AnyWorker]] = (
    _field("givenName", lambda w: w.given_name, line),
    _field("familyName", lambda w: w.family_name, line),
    _beside_filing("birthDate", lambda w: w.birth_date, _from_until_filing(EARLIEST_BIRTH)),
    _field("nationality", lambda w: w.nationality, spellings.nationality),
    _beside_filing("ssin", lambda w: w.ssin, ssin),
)

POSITION: Final[Fields[AnyEmployment]] = (
    _field("title", lambda job: job.title, line),
    _field("contract", lambda job: job.contract, _code_of(CONTRACTS)),
)

TERMS: Final[Fields[AnyEmployment]] = (
    _beside_filing("start", lambda job: job.start, _around_filing),
    _rule("end", _end_of_job),
    _field("fullTimeEquivalent", lambda job: job.full_time_equivalent, _share_of_full_time),
    _field("occupationCode", lambda job: job.occupation_code, spellings.occupation),
    _field("qualificationLevel", lambda job: job.qualification_level, _from_to(1, 8)),
    _field("jointCommittee", lambda job: job.joint_committee, spellings.joint_committee),
    _field("contractStates", lambda job: job.contract_states, _contract_elements),
)
"""When, how much and how somebody works; the place is checked with the other places."""

PAY: Final[Fields[AnyPay]] = (
    _field("period", lambda pay: pay.period, _code_of(PAY_PERIODS)),
    _rule("amount", _amount),
)

PUBLICATION: Final[Fields[AnyPublication]] = (
    _field("channel", lambda p: p.channel, _code_of(RECRUITMENT_CHANNELS)),
    _beside_filing("from", lambda p: p.from_, _from_until_filing(EARLIEST_WORK_OR_VACANCY)),
    _rule("to", lambda path, p: in_order(path, p.from_, p.to)),
)

TRANSFER: Final[Fields[AnyTransfer]] = (
    _field("sendingUndertaking", lambda t: t.sending_undertaking, line),
    _field("country", lambda t: t.country, spellings.country),
    _field("priorServiceMonths", lambda t: t.prior_service_months, _from_to(0, MOST_MONTHS_OF_SERVICE)),
)

WORK_PERIOD: Final[Fields[AnyWorkPeriod]] = (
    _field("employer", lambda p: p.employer, line),
    _beside_filing("from", lambda p: p.from_, _from_until_filing(EARLIEST_WORK_OR_VACANCY)),
    _rule("to", lambda path, p: in_order(path, p.from_, p.to)),
    _field("basis", lambda p: p.basis, spellings.basis_of_work),
)

DOCUMENT: Final[Fields[AnyDocument]] = (
    _field("kind", lambda d: d.kind, _code_of(DOCUMENT_KINDS)),
    _field("sha256", lambda d: d.sha256, digest),
    _field("mediaType", lambda d: d.media_type, spellings.media_type),
    _field("size", lambda d: d.size, _from_to(1, LARGEST_DOCUMENT_IN_BYTES)),
)
