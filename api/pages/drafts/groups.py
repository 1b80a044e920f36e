"""The groups of questions of an application, in the order in which they are asked: one page each.

A group owns places of the application: what its page sends stands in the place of all that stood there. Which groups an
application has follows from its kind, from who files it, and from what the law of its authority asks of its category.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.pages.drafts.choices import countries, municipalities_on, nationalities
from api.pages.stated_forms import (
    LEVEL,
    PUBLICATIONS,
    SHARE,
    WORK_HISTORY,
    levels,
    number_of_rows,
    occupations,
    or_none,
    publication_fields,
    truths,
)
from api.steps.forms import Field, FieldKind, FormWords
from api.words.choices import Choice
from api.words.languages import Language
from domain.codes import (
    AUTHORITIES,
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    FILING_ROLES,
    LANGUAGES,
    PAY_PERIODS,
    WORK_BASES,
    kind_of_category,
)
from domain.drafts.draft import DECLARED
from domain.law.provisions.job import CategoryRule
from domain.law.rulebook import Rulebook

_, _REPRESENTATIVE, _WORKER = FILING_ROLES
_ROWS_AT_LEAST: Final = 3
_ROWS_MORE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the questions depend on: the draft's ``body``, the role of who files, the law, and the civil day."""

    body: Mapping[str, Any]
    role: str
    rulebook: Rulebook
    today: date

    @property
    def category(self) -> str | None:
        """The category, if one is chosen that there is; a draft may be older than the list of categories."""
        chosen = self.body.get("category")
        return chosen if isinstance(chosen, str) and chosen in CATEGORIES else None

    @property
    def authority(self) -> str | None:
        chosen = self.body.get("authority")
        return chosen if isinstance(chosen, str) and chosen in AUTHORITIES else None

    @property
    def kind(self) -> str | None:
        return None if self.category is None else kind_of_category(self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionGroup:
    """``paths`` are the places that the group owns; ``fields`` are its questions, without what is known already."""

    name: str
    paths: tuple[str, ...]
    title: Callable[[Language], str]
    lead: Callable[[Language], str]
    fields: Callable[[FormWords, Asked], tuple[Field, ...]]
    is_asked: Callable[[Asked], bool] = lambda _: True


def groups_of(asked: Asked) -> tuple[QuestionGroup, ...]:
    """The groups that this application has."""
    return tuple(each for each in GROUPS if each.is_asked(asked))


def _line(name: str, label: str, *, hint: str | None = None, required: bool = True) -> Field:
    return Field(name=name, kind=FieldKind.LINE, label=label, hint=hint, required=required)


def _day(name: str, label: str, *, hint: str | None = None, required: bool = True) -> Field:
    return Field(name=name, kind=FieldKind.DAY, label=label, hint=hint, required=required)


def _choice(
    name: str, label: str, choices: tuple[Choice, ...], *, hint: str | None = None, required: bool = True
) -> Field:
    return Field(name=name, kind=FieldKind.CHOICE, label=label, hint=hint, required=required, choices=choices)


def _truth(language: Language, name: str, label: str, *, hint: str | None = None) -> Field:
    return Field(name=name, kind=FieldKind.TRUTH, label=label, hint=hint, choices=truths(language))


def _permit(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    own = tuple(each for each in CATEGORIES if (each == "unlimited") == (asked.role == _WORKER))
    fields = (
        _choice("authority", _("Authority"), or_none(words.choices("authorities", AUTHORITIES))),
        _choice("category", _("Category"), or_none(words.choices("categories", own))),
        _choice(
            "procedureLanguage",
            _("Language of the procedure"),
            or_none(words.choices("procedureLanguages", LANGUAGES)),
            hint=_("The authority writes its decision in this language"),
        ),
    )
    if asked.role == _WORKER:
        return fields
    return (
        *fields,
        _truth(
            words.language,
            "renewal",
            _("Renewal of a permit"),
            hint=_("The same worker, employer and job as in the permit that ends"),
        ),
        _truth(
            words.language,
            "changeOfEmployer",
            _("Change of employer"),
            hint=_("The worker has a permit with another employer: this is a new first application"),
        ),
    )


def _employer(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    number = _line("employer.enterpriseNumber", _("Enterprise number"), hint=_("10 digits, such as 0202.239.951"))
    mandate = _line(
        "representative.mandateReference",
        _("Reference of your mandate"),
        hint=_("As in the mandate that the employer gave you"),
    )
    unit = _line(
        "employer.establishmentUnitNumber",
        _("Number of the establishment unit"),
        hint=_("10 digits, such as 2.123.456.791: the unit where the worker will mainly work"),
        required=False,
    )
    return (
        # An employer files for itself: its number is the one it signed in with.
        *(() if asked.role not in (_REPRESENTATIVE, _WORKER) else (number,)),
        _line("employer.name", _("Name of the enterprise")),
        unit,
        *(() if asked.role != _REPRESENTATIVE else (mandate,)),
    )


def _worker(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    is_own = asked.role == _WORKER
    is_needed = is_own or asked.body.get("renewal") is True
    number = _line(
        "worker.ssin",
        _("National number"),
        hint=_("11 digits, such as 42.01.22-051.81; required for a renewal"),
        required=is_needed,
    )
    residence = _choice(
        "worker.residence.municipalityCode",
        _("Municipality of residence"),
        or_none(municipalities_on(asked.today, words.language.code)),
        required=is_own,
    )
    return (
        _line("worker.givenName", _("Given name"), required=False),
        _line("worker.familyName", _("Family name"), hint=_("Or the only name, for a person who has one")),
        _day("worker.birthDate", _("Date of birth")),
        _choice("worker.nationality", _("Nationality"), or_none(nationalities(words.language))),
        # A worker files under the number that the worker signed in with.
        *(() if is_own else (number,)),
        *((residence,) if is_own else ()),
        _truth(words.language, "worker.familyInBelgium", _("Family of the worker lives in Belgium")),
    )


def _job(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        _line("employment.title", _("Job title")),
        _choice(
            "employment.occupationCode",
            _("Occupation"),
            occupations(words, asked.rulebook),
            hint=_("As in the list of shortage occupations; decisive for medium-skilled jobs"),
            required=False,
        ),
        _choice(LEVEL, _("Qualification level of the job"), levels(), hint=_("VKS or EQF, 1 to 8"), required=False),
        _choice("employment.contract", _("Contract"), or_none(words.choices("contracts", CONTRACTS))),
        _day("employment.start", _("First day of work")),
        _day("employment.end", _("Last day of work"), hint=_("Empty for an open-ended contract"), required=False),
        _choice(
            "employment.workplace.municipalityCode",
            _("Municipality of work"),
            or_none(municipalities_on(asked.today, words.language.code)),
        ),
    )


def _pay(words: FormWords, _asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        Field(
            name="employment.grossPay.amount",
            kind=FieldKind.AMOUNT,
            label=_("Gross pay in euros"),
            hint=_("Only what the authority counts as pay, such as 4.250,00"),
            required=True,
        ),
        _choice("employment.grossPay.period", _("Paid"), or_none(words.choices("payPeriods", PAY_PERIODS))),
        Field(
            name=SHARE,
            kind=FieldKind.AMOUNT,
            label=_("Share of full time, in per cent"),
            hint=_("100 for full time"),
            required=True,
        ),
        _line(
            "employment.jointCommittee",
            _("Joint committee"),
            hint=_("Its number, such as 200 or 111.01"),
            required=False,
        ),
        Field(
            name="employment.contractStates",
            kind=FieldKind.ANY_OF,
            label=_("What the contract of employment states"),
            hint=_("If nothing is ticked: not known"),
            choices=words.choices("contractElements", CONTRACT_ELEMENTS),
        ),
    )


def _recruitment(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    return tuple(field for row in range(_rows(asked, PUBLICATIONS)) for field in publication_fields(words, row))


def _transfer(words: FormWords, _asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    return (
        _line("transfer.sendingUndertaking", _("Sending undertaking")),
        _choice("transfer.country", _("Country of the sending undertaking"), or_none(countries(words.language))),
        Field(
            name="transfer.priorServiceMonths",
            kind=FieldKind.NUMBER,
            label=_("Months of service with the sending undertaking"),
            hint=_("Without interruption, up to the transfer"),
            required=True,
        ),
    )


def _work_history(words: FormWords, asked: Asked) -> tuple[Field, ...]:
    _ = words.language.gettext
    bases = or_none(words.choices("workBases", WORK_BASES))

    def period(row: int) -> tuple[Field, ...]:
        path, number = f"{WORK_HISTORY}.{row}", words.language.integer(row + 1)
        return (
            _line(f"{path}.employer", _("Employment %(number)s: employer", number=number), required=False),
            _day(f"{path}.from", _("Employment %(number)s: first day", number=number), required=False),
            _day(f"{path}.to", _("Employment %(number)s: last day", number=number), required=False),
            _choice(f"{path}.basis", _("Employment %(number)s: on what basis", number=number), bases, required=False),
        )

    return tuple(field for row in range(_rows(asked, WORK_HISTORY)) for field in period(row))


def _rows(asked: Asked, path: str) -> int:
    """Rows that are filled in, and some that are empty: saving the page brings more."""
    declared = len(asked.body.get(DECLARED, ())) if path == WORK_HISTORY else 0
    return max(_ROWS_AT_LEAST, number_of_rows(asked.body, path) + declared + _ROWS_MORE)


def _tests_the_market(asked: Asked) -> bool:
    """Whether the law asks if somebody was to be found here; where it is not known to, the page is left out."""
    if asked.authority is None or asked.category is None:
        return False
    rule = asked.rulebook.find(CategoryRule, asked.authority, asked.category, asked.today)
    return rule is not None and rule.labour_market_test == "required"


GROUPS: Final = (
    QuestionGroup(
        name="permit",
        paths=("authority", "kind", "category", "procedureLanguage", "renewal", "changeOfEmployer"),
        title=lambda language: language.gettext("Permit"),
        lead=lambda language: language.gettext("What is applied for, and from which authority."),
        fields=_permit,
    ),
    QuestionGroup(
        name="employer",
        paths=("employer", "representative.mandateReference"),
        title=lambda language: language.gettext("Employer"),
        lead=lambda language: language.gettext("As in the Crossroads Bank for Enterprises."),
        fields=_employer,
    ),
    QuestionGroup(
        name="worker",
        paths=("worker",),
        title=lambda language: language.gettext("Worker"),
        lead=lambda language: language.gettext("As in the passport."),
        fields=_worker,
    ),
    QuestionGroup(
        name="job",
        paths=(
            "employment.title",
            "employment.occupationCode",
            "employment.qualificationLevel",
            "employment.contract",
            "employment.start",
            "employment.end",
            "employment.workplace",
        ),
        title=lambda language: language.gettext("Job"),
        lead=lambda language: language.gettext("As in the contract of employment."),
        fields=_job,
    ),
    QuestionGroup(
        name="pay",
        paths=(
            "employment.grossPay",
            "employment.fullTimeEquivalent",
            "employment.jointCommittee",
            "employment.contractStates",
        ),
        title=lambda language: language.gettext("Pay and contract"),
        lead=lambda language: language.gettext("As in the contract of employment."),
        fields=_pay,
    ),
    QuestionGroup(
        name="recruitment",
        paths=("labourMarketTest",),
        title=lambda language: language.gettext("Recruitment search"),
        lead=lambda language: language.gettext(
            "Where the vacancy was published, and how long; one row per channel and period. Saving this page adds rows."
        ),
        fields=_recruitment,
        is_asked=_tests_the_market,
    ),
    QuestionGroup(
        name="transfer",
        paths=("transfer",),
        title=lambda language: language.gettext("Transfer"),
        lead=lambda language: language.gettext("The undertaking outside the Union from which the worker comes."),
        fields=_transfer,
        is_asked=lambda asked: asked.kind == "intraCorporateTransfer",
    ),
    QuestionGroup(
        name="workHistory",
        paths=("workHistory",),
        title=lambda language: language.gettext("Work in Belgium"),
        lead=lambda language: language.gettext(
            "Your earlier employments in Belgium; one row per employment. Saving this page adds rows."
        ),
        fields=_work_history,
        is_asked=lambda asked: asked.kind == "unlimited",
    ),
)
