"""A record in quarantine in the reader's words: its place and codes, and for who may repair it its content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from api.pages.board.words import BoardWords
from api.pages.migration.contents import MIGRATION
from api.pages.page_parts import Badge, Tone
from api.words.choices import Choice
from api.words.languages import Language
from consumers.migration.repair import ShownRecord
from domain.migration.file_numbers import may_lie_in_clear
from domain.migration.findings import Finding
from domain.migration.provenance import Provenance, Sureness
from domain.migration.quarantine import CORRECTED, LOOKED_AT, REPLAYED_IN_VAIN, QuarantinedRecord, Step
from domain.migration.reading import Fact
from domain.migration.record_paths import texts_of

_CODED: Final = {Fact.STATUS: "caseStatuses", Fact.CATEGORY: "categories", Fact.PAY_PERIOD: "payPeriods"}
"""The facts that are made into codes, with the lists that name these."""


_DAYS: Final = frozenset({Fact.FILED, Fact.ADMISSIBLE, Fact.DECIDED, Fact.VALID_FROM, Fact.VALID_TO, Fact.BIRTH_DATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``sentence`` is in English, as in the precheck."""

    reason: str
    sentence: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field as received, and how it was read; ``raw`` and ``corrected`` are None where there is none."""

    field: str
    fact: str
    raw: str | None
    corrected: str | None
    value: str | None
    note: str
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    at: datetime
    what: str
    by: str
    motive: str


def quarantine_path(authority: str) -> str:
    return f"{MIGRATION}/{authority}/quarantine"


def record_path(each: QuarantinedRecord) -> str:
    return f"{quarantine_path(each.authority)}/{each.record_id}"


class QuarantineWords:
    """The content of the quarantine in the words of one language."""

    def __init__(self, words: BoardWords) -> None:
        self._words = words
        self._language = words.language

    def place(self, each: QuarantinedRecord) -> str:
        return self._language.gettext("%(source)s, line %(line)s", source=each.source, line=str(each.line))

    def row(self, each: QuarantinedRecord, *, may_open_case: bool) -> tuple[object, ...]:
        """A row of the list: the place of the record, why and since when it is waiting, and its case."""
        return (
            Markup('<a href="{}">{}</a>').format(record_path(each), self.place(each)),
            self.reason(each.reason),
            ", ".join(dict.fromkeys(finding.field for finding in each.findings if finding.field)),
            self.file_number(each),
            self.case(each, may_open=may_open_case),
            each.opened_at,
            self.state(each).text,
        )

    def reason(self, code: str) -> str:
        return self._words.label("quarantineReasons", code)

    def file_number(self, each: QuarantinedRecord) -> str | None:
        """What has not the shape of a file number may be anybody's data and stays away."""
        return each.key if each.key is not None and may_lie_in_clear(each.key) else None

    def case(self, each: QuarantinedRecord, *, may_open: bool) -> Markup | str | None:
        """The case that bears the file number already: with it a record can be in conflict."""
        if each.case_id is None:
            return None
        if not may_open:
            return self._language.gettext("Present")
        return Markup('<a href="/cases/{}">{}</a>').format(each.case_id, self._language.gettext("To the case"))

    def state(self, each: QuarantinedRecord) -> Badge:
        match each.state:
            case "open":
                return Badge(text=self._language.gettext("Waiting"), tone=Tone.WAITING)
            case "corrected":
                return Badge(text=self._language.gettext("Corrected, to be tried again"), tone=Tone.ATTENTION)
            case "retold":
                return Badge(text=self._language.gettext("Taken over as a case"), tone=Tone.GOOD)
            case _:
                return Badge(text=self._language.gettext("Superseded by a newer version"), tone=Tone.NEUTRAL)

    def about(self, each: QuarantinedRecord, *, may_open_case: bool) -> list[tuple[str, object]]:
        """What everyone who follows the migration may know of a record."""
        _ = self._language.gettext
        pairs: list[tuple[str, object]] = [
            (_("Reason"), self.reason(each.reason)),
            (_("Place"), self.place(each)),
            (_("File number"), self.file_number(each)),
            (_("Case with this file number"), self.case(each, may_open=may_open_case)),
            (_("Waiting since"), each.opened_at),
        ]
        if each.settled_at is not None:
            pairs.append((_("Settled"), each.settled_at))
        return [*pairs, (_("Mapping version"), each.mapping_version)]

    def findings(self, findings: Sequence[Finding]) -> tuple[Found, ...]:
        return tuple(
            Found(reason=self.reason(each.reason), sentence=each.sentence, field=each.field) for each in findings
        )

    def fields(self, shown: ShownRecord) -> tuple[FieldShown, ...]:
        """The facts in their order, then the fields of the source that no fact is read from."""
        texts = texts_of(shown.raw)
        sourced = {each.field for each in shown.provenance}
        others = dict.fromkeys([*texts, *shown.corrections, *(each.field for each in shown.quarantined.findings)])
        return (
            *(self._fact(each, texts, shown) for each in shown.provenance),
            *(self._field(field, texts, shown) for field in others if field and field not in sourced),
        )

    def correctable(self, shown: ShownRecord) -> tuple[Choice, ...]:
        """The fields that can be given a text; a fact that the source has no place for cannot."""
        texts = texts_of(shown.raw)
        nowhere = {each.field for each in shown.provenance if each.field == each.fact.value} - texts.keys()
        return tuple(
            Choice(value=each.field, text=f"{each.field} ({each.fact})" if each.fact else each.field)
            for each in self.fields(shown)
            if each.field not in nowhere
        )

    def steps(self, steps: Sequence[Step], *, with_motives: bool) -> tuple[StepShown, ...]:
        """What was done; motives are for those who may see the content, because they may refer to it."""
        return tuple(
            StepShown(
                at=each.at,
                what=self._done(each),
                by=each.by.partition(":")[2] or each.by,
                motive=(each.motive or "") if with_motives else "",
            )
            for each in steps
        )

    def _done(self, step: Step) -> str:
        _ = self._language.gettext
        match step.what:
            case what if what == CORRECTED:
                return _("Corrected: %(field)s", field=step.detail)
            case what if what == REPLAYED_IN_VAIN:
                return _("Tried again and still waiting: %(reason)s", reason=self.reason(step.detail))
            case what if what == LOOKED_AT:
                return _("Content viewed")
            case "retold":
                return _("Tried again and taken over as a case")
            case "superseded":
                return _("Superseded by a newer version")
            case _:
                return _("Dead-lettered")

    def _fact(self, each: Provenance, texts: Mapping[str, str | None], shown: ShownRecord) -> FieldShown:
        return FieldShown(
            field=each.field,
            fact=fact_label(each.fact, self._language),
            raw=texts.get(each.field),
            corrected=shown.corrections.get(each.field),
            value=None if each.value is None else self._value(each.fact, each.value),
            note=self._note(each.sureness),
            found=self._found_at(each.field, shown),
        )

    def _value(self, fact: Fact, value: str) -> str:
        """What was made of a fact, as readers write it."""
        if fact in _CODED:
            return self._words.label(_CODED[fact], value)
        if fact in _DAYS:
            return self._language.date(date.fromisoformat(value))
        if fact is Fact.MODIFIED:
            return self._language.datetime(datetime.fromisoformat(value))
        return self._language.money(Decimal(value)) if fact is Fact.PAY else value

    def _field(self, field: str, texts: Mapping[str, str | None], shown: ShownRecord) -> FieldShown:
        return FieldShown(
            field=field,
            fact="",
            raw=texts.get(field),
            corrected=shown.corrections.get(field),
            value=None,
            note="",
            found=self._found_at(field, shown),
        )

    def _found_at(self, field: str, shown: ShownRecord) -> tuple[Found, ...]:
        return self.findings([each for each in shown.quarantined.findings if each.field == field])

    def _note(self, sureness: Sureness) -> str:
        match sureness:
            case Sureness.LETTERS_LOST:
                return self._language.gettext("letters were lost in the source")
            case Sureness.ASSUMED:
                return self._language.gettext("assumed, because the source does not say it")
            case _:
                return ""


def fact_label(fact: Fact, language: Language) -> str:
    """What a fact of a record is called."""
    _ = language.gettext
    return {
        Fact.KEY: _("File number"),
        Fact.STATUS: _("Status"),
        Fact.ACTOR: _("Last step taken by"),
        Fact.CATEGORY: _("Category"),
        Fact.FILED: _("Day of filing"),
        Fact.ADMISSIBLE: _("Day of admission"),
        Fact.DECIDED: _("Day of the decision"),
        Fact.VALID_FROM: _("Valid from"),
        Fact.VALID_TO: _("Valid until"),
        Fact.FAMILY_NAME: _("Family name"),
        Fact.GIVEN_NAME: _("Given name"),
        Fact.BIRTH_DATE: _("Date of birth"),
        Fact.NATIONALITY: _("Nationality"),
        Fact.SSIN: _("National number"),
        Fact.ENTERPRISE_NUMBER: _("Enterprise number"),
        Fact.EMPLOYER_NAME: _("Name of the employer"),
        Fact.JOB_TITLE: _("Job title"),
        Fact.PAY: _("Gross pay"),
        Fact.PAY_PERIOD: _("Pay period"),
        Fact.MODIFIED: _("Last changed in the source"),
    }[fact]
