"""A draft in the words of its reader: who it is about, what is done, and what is still to be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from api.pages.drafts.answers import Judged
from api.pages.drafts.declared_rows import marked, origin_of
from api.pages.drafts.groups import Asked, QuestionGroup, groups_of
from api.pages.page_parts import Badge, Tone
from api.pages.stated_forms import SHARE, values_of
from api.services.drafts import KeptDraft
from api.steps.forms import Field, FieldKind, Form, FormWords
from api.words.code_lists import CodeLists
from api.words.languages import Language
from domain.case.refusals import InputIssue
from domain.case.value_checks import REQUIRED_INPUT
from domain.drafts.draft import DECLARED, Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShown:
    """A draft as it is listed. ``ends_on`` is the last day it is kept, where that is near."""

    href: str
    worker: str
    category: str
    touched_at: datetime
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShown:
    """A group of questions in the list of tasks."""

    title: str
    href: str
    status: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGiven:
    """A question with its answer in words, on the page to check."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupToCheck:
    """``problems`` say what lacks or is wrong in the group."""

    title: str
    href: str
    answers: tuple[AnswerGiven, ...]
    problems: tuple[str, ...]


class DraftWords:
    """Drafts in one language, to people of one role."""

    def __init__(self, language: Language, code_lists: CodeLists) -> None:
        self._language = language
        self._code_lists = code_lists
        self.form_words = FormWords(language, code_lists)

    def worker(self, draft: Draft) -> str:
        """The worker's name, as far as it is filled in."""
        names = (draft.text("worker.givenName"), draft.text("worker.familyName"))
        return " ".join(name for name in names if name) or self._language.gettext("Worker without a name yet")

    def category(self, asked: Asked) -> str:
        if asked.category is None:
            return self._language.gettext("Category not chosen yet")
        return self._code_lists.label("categories", asked.category, self._language.code)

    def document(self, kind: str) -> str:
        """What a kind of document is called."""
        return self._code_lists.label("documentKinds", kind, self._language.code)

    def listed(self, kept: KeptDraft, asked: Asked) -> DraftShown:
        draft = kept.draft
        return DraftShown(
            href=address_of(draft),
            worker=self.worker(draft),
            category=self.category(asked),
            touched_at=draft.touched_at,
            ends_on=kept.last_day if kept.is_ending else None,
        )

    def tasks(self, draft: Draft, asked: Asked, found: Judged) -> list[TaskShown]:
        """The groups of questions, each with how far it is."""
        return [
            TaskShown(
                title=each.title(self._language),
                href=address_of(draft, each),
                status=self._status(found.of(each), is_begun=has_answers(self.form(each, asked))),
            )
            for each in groups_of(asked)
        ]

    def form(self, group: QuestionGroup, asked: Asked) -> Form:
        """The questions of a group with the answers that the draft has."""
        fields = tuple(
            replace(each, values=values_of(asked.body, each)) for each in group.fields(self.form_words, asked)
        )
        form = Form(lead=group.lead(self._language), send=self._language.gettext("Save and continue"), fields=fields)
        return self.marked(form, asked)

    def marked(self, form: Form, asked: Asked) -> Form:
        """The form in which each earlier employment says whether it was declared so."""
        return marked(form, asked.body.get(DECLARED, ()), self._language)

    def to_check(self, draft: Draft, asked: Asked, found: Judged) -> list[GroupToCheck]:
        """All answers, in the order of the questions; rows that are empty are left out."""
        return [
            GroupToCheck(
                title=group.title(self._language),
                href=address_of(draft, group),
                answers=self._answers(self.form(group, asked)),
                problems=self._problems(group, asked, found),
            )
            for group in groups_of(asked)
        ]

    def _answers(self, form: Form) -> tuple[AnswerGiven, ...]:
        return tuple(AnswerGiven(label=each.label, text=self._text(each)) for each in form.fields if any(each.values))

    def _text(self, field: Field) -> str:
        """The answer in words, with where it comes from, if that is known."""
        text, origin = ", ".join(self._in_words(field, value) for value in field.values), origin_of(field)
        return text if origin is None else f"{text} ({origin})"

    def _in_words(self, field: Field, value: str) -> str:
        """An answer as its reader chose it; the amount of the pay as money is written."""
        if field.kind in (FieldKind.CHOICE, FieldKind.ANY_OF, FieldKind.TRUTH):
            return next((each.text for each in field.choices if each.value == value), value)
        if field.kind is FieldKind.AMOUNT and field.name != SHARE:
            return self._language.money(Decimal(value.replace(",", ".")))
        return value

    def _problems(self, group: QuestionGroup, asked: Asked, found: Judged) -> tuple[str, ...]:
        """Each question that is not answered, and each whose answer is wrong: its page says what is wrong with it."""
        _, fields = self._language.gettext, self.form(group, asked).fields
        lacking: list[str] = []
        wrong: list[str] = []
        for issue in found.of(group):
            is_lacking = issue.code == REQUIRED_INPUT
            labels = [each.label for each in fields if _is_about(each, issue.path, is_lacking=is_lacking)]
            (lacking if is_lacking else wrong).extend(labels or [group.title(self._language)])
        return (
            *(_("%(question)s: not answered yet", question=each) for each in dict.fromkeys(lacking)),
            *(_("%(question)s: this answer cannot be used as it is", question=each) for each in dict.fromkeys(wrong)),
        )

    def _status(self, issues: tuple[InputIssue, ...], *, is_begun: bool) -> Badge:
        _ = self._language.gettext
        if not issues:
            return Badge(text=_("Answered"), tone=Tone.GOOD) if is_begun else Badge(text=_("Optional"))
        if any(each.code != REQUIRED_INPUT for each in issues):
            return Badge(text=_("To be corrected"), tone=Tone.ATTENTION)
        return Badge(text=_("Incomplete") if is_begun else _("Not answered yet"), tone=Tone.WAITING)


def has_answers(form: Form) -> bool:
    return any(any(each.values) for each in form.fields)


def address_of(draft: Draft, group: QuestionGroup | None = None) -> str:
    """The page of a draft, or of one of its groups."""
    return f"/drafts/{draft.draft_id}" + ("" if group is None else f"/questions/{group.name}")


def _is_about(field: Field, path: str, *, is_lacking: bool) -> bool:
    """Whether an issue at a path is about a question. Where a whole part lacks, so does each answer that it needs."""
    if field.name == path:
        return True
    return is_lacking and field.required and not any(field.values) and field.name.startswith(f"{path}.")
