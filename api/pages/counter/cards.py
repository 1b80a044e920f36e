"""The cards of one's own applications and the box of things to do, in their reader's words: the worker's name first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.pages.case.contents import CaseWords
from api.pages.case.stage_line import StageStep, stage_line, status_badge
from api.pages.counter.permit_words import TermShown, pay_texts, renewal_text, term_shown
from api.pages.page_parts import Badge
from api.services.counter.opened import Names, OpenedApplication
from api.services.counter.own_list import OwnList
from api.services.counter.permits import OpenedPermit
from api.words.code_lists import CodeLists
from api.words.languages import Language
from api.words.sentences.wording import Wording
from domain.law.published.permit_terms import PermitTerm

MOST_FEES: Final = 5
"""Fees of the box of things to do; the others stand on the cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShown:
    """An application: ``worker`` is never empty, ``employer`` has the number beside the name, ``owes`` a fee."""

    worker: str
    reference: str
    href: str
    employer: str
    category: str
    filed_at: datetime
    status: Badge
    steps: tuple[StageStep, ...]
    due_on: date | None
    reply_by: date | None
    owes: bool
    term: TermShown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShown:
    """Something to do about one application: by ``day``, where there is one, which ``day_label`` names."""

    title: str
    worker: str
    reference: str
    details: tuple[str, ...]
    day_label: str
    day: date | None
    href: str
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitShown:
    worker: str
    reference: str
    href: str
    employer: str
    category: str
    term: TermShown
    pay: tuple[str, ...]
    renewal: str
    renewal_href: str


class CounterWords:
    """Turns what the services of the counter give into what one reader sees."""

    def __init__(self, language: Language, code_lists: CodeLists, today: date) -> None:
        self.language = language
        self.wording = Wording(language, code_lists)
        self._code_lists = code_lists
        self._case_words = CaseWords(language, code_lists)
        self._today = today

    def worker(self, names: Names) -> str:
        """The worker's name, or why there is none."""
        if names.is_erased:
            return self.language.gettext("No longer kept: erased")
        return names.worker or self.language.gettext("Name not on record")

    def employer(self, name: str | None, number: str) -> str:
        """The employer's name with its number."""
        written = self.wording.enterprise(number)
        return written if name is None else f"{name} ({written})"

    def card(self, opened: OpenedApplication, term: PermitTerm | None) -> CardShown:
        each, lists = opened.application, self._code_lists
        return CardShown(
            worker=self.worker(opened.names),
            reference=each.reference,
            href=f"/cases/{each.case_id}",
            employer=self.employer(opened.names.employer, each.employer_number),
            category=self.wording.label("categories", each.category),
            filed_at=each.filed_at,
            status=status_badge(each.status, self.language, lists),
            steps=stage_line(
                each.stage,
                each.status,
                self.language,
                admissible=each.is_admissible,
                work_part_decided=each.is_work_part_decided,
            ),
            due_on=opened.due_on,
            reply_by=each.reply_by if each.reply_by is not None and each.reply_by >= self._today else None,
            owes=bool(opened.open_fees),
            term=None if term is None else term_shown(term, self._today, self.wording),
        )

    def permit(self, permit: OpenedPermit) -> PermitShown:
        opened, renewal = permit.opened, permit.renewal
        each, _ = opened.application, self.language.gettext
        filed = "" if renewal is None else _("Renewal filed: %(reference)s", reference=renewal.reference)
        return PermitShown(
            worker=self.worker(opened.names),
            reference=each.reference,
            href=f"/cases/{each.case_id}",
            employer=self.employer(opened.names.employer, each.employer_number),
            category=self.wording.label("categories", each.category),
            term=term_shown(permit.permit.term, self._today, self.wording),
            pay=pay_texts(permit, self.wording),
            renewal=filed,
            renewal_href="" if renewal is None else f"/cases/{renewal.case_id}",
        )

    def tasks(self, own: OwnList, *, renews: bool) -> tuple[TaskShown, ...]:
        """What is to be done: what has a day in its order, then the first fees, which have none."""
        dated = [*map(self._request, own.to_answer), *self._renewals(own.to_renew, renews=renews)]
        dated.sort(key=lambda each: each.day or date.max)
        return (*dated, *(self._fees(each) for each in _with_fees(own)[:MOST_FEES]))

    def more_fees(self, own: OwnList) -> int:
        """How many applications of the page have an open fee that the box does not show."""
        return max(0, len(_with_fees(own)) - MOST_FEES)

    def _request(self, opened: OpenedApplication) -> TaskShown:
        request, _ = opened.request(), self.language.gettext
        items = () if request is None else tuple(self._case_words.item(each) for each in request["items"])
        return self._task(
            opened,
            title=_("The authority requests information"),
            details=items,
            day_label=_("Last day to answer"),
            day=opened.application.reply_by,
            href=f"/cases/{opened.application.case_id}/answers",
            button=_("Answer the request"),
        )

    def _renewals(self, permits: Iterable[OpenedPermit], *, renews: bool) -> Iterable[TaskShown]:
        """Those for whose renewal no application was filed yet. A worker sees them, and has the employer renew them."""
        _ = self.language.gettext
        for each in permits:
            if each.renewal is not None:
                continue
            term = each.permit.term
            closes_on = None if term.window is None else term.window.closes_on
            shown = term_shown(term, self._today, self.wording)
            yield self._task(
                each.opened,
                title=_("Time to renew the permit"),
                details=(renewal_text(term, self.wording), shown.note) if shown.note else (shown.renewal,),
                day_label=_("Last day to renew") if closes_on is not None else shown.label,
                day=closes_on or term.ends_on,
                href=f"/drafts/new?renewalOf={each.opened.application.case_id}" if renews else "",
                button=_("Renew the permit") if renews else _("Open the application"),
            )

    def _fees(self, opened: OpenedApplication) -> TaskShown:
        _ = self.language.gettext
        return self._task(
            opened,
            title=_("A fee has to be paid"),
            details=self._case_words.fees(opened.open_fees),
            day_label="",
            day=None,
            button=_("Open the application"),
        )

    def _task(
        self,
        opened: OpenedApplication,
        *,
        title: str,
        details: tuple[str, ...],
        day_label: str,
        day: date | None,
        button: str,
        href: str = "",
    ) -> TaskShown:
        each = opened.application
        return TaskShown(
            title=title,
            worker=self.worker(opened.names),
            reference=each.reference,
            details=details,
            day_label=day_label,
            day=day,
            href=href or f"/cases/{each.case_id}",
            button=button,
        )


def _with_fees(own: OwnList) -> list[OpenedApplication]:
    return [each for each in own.page.items if each.open_fees]
