"""Cases as rows of a list: what handlers and operations see of each, without personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from api.http.routes.work_queues import UNASSIGNED
from api.pages.board.words import BoardWords
from api.pages.filter_forms import pseudonym
from api.pages.page_parts import Badge, Tone
from api.words.languages import Language
from projections.lists.work_queue import QueuedCase
from projections.sla_board.drilldown import CaseOnBoard

_TONES: Final = {"inTime": Tone.GOOD, "atRisk": Tone.ATTENTION, "late": Tone.LATE, "notMeasured": Tone.NEUTRAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """``href`` leads to the case, for a reader who may read it."""

    reference: str
    href: str | None
    category: str
    stage: str
    handler: str | None
    filed_on: date
    due_on: date | None
    standing: Badge
    marks: tuple[Badge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow(CaseRow):
    """``starts_on`` is the first day of the work. ``chosen`` is how a form names the case with whom has it, for a
    reader who may give it to somebody; ``assignable`` its id where they may take it."""

    holder: str
    starts_on: date | None
    chosen: str | None
    assignable: str | None


def row_on_board(case: CaseOnBoard, words: BoardWords, *, may_read: bool) -> CaseRow:
    return CaseRow(
        reference=case.reference,
        href=f"/cases/{case.case_id}" if may_read else None,
        category=_category(case, words),
        stage=words.label("caseStatuses", case.status)
        if case.closed_on is not None
        else words.label("stages", case.stage),
        handler=None if case.handler is None else pseudonym(case.handler),
        filed_on=case.filed_on,
        due_on=case.due_on,
        standing=_status_badge(case.standing, words),
        marks=_marks(case, words),
    )


def row_in_queue(case: QueuedCase, words: BoardWords, *, may_read: bool, taker: str | None) -> QueueRow:
    """``taker`` is the actor who may take cases, if the reader is one."""
    pending = tuple(
        Badge(text=words.language.gettext("Awaiting: %(check)s", check=words.label("checks", each)), tone=Tone.WAITING)
        for each in case.pending_checks
        # Where the file lies at the Crossroads Bank, that already shows it.
        if case.holder != "crossroadsBank"
    )
    return QueueRow(
        reference=case.reference,
        href=f"/cases/{case.case_id}" if may_read else None,
        category=_category(case, words),
        stage=words.label("stages", case.stage),
        handler=None if case.handler is None else pseudonym(case.handler),
        filed_on=case.filed_on,
        due_on=case.due_on,
        standing=late_badge(case.days_late, words.language) if case.days_late else _status_badge(case.standing, words),
        marks=(*_marks(case, words), *pending),
        holder=words.label("holders", case.holder),
        starts_on=case.starts_on,
        chosen=None if taker is None else f"{case.case_id} {case.handler or UNASSIGNED}",
        assignable=str(case.case_id) if taker is not None and case.handler is None else None,
    )


def late_badge(days: int, language: Language) -> Badge:
    """By how many days a case is late."""
    return Badge(text=language.ngettext("%(num)s day late", "%(num)s days late", days), tone=Tone.LATE)


def _category(case: CaseOnBoard | QueuedCase, words: BoardWords) -> str:
    category = words.label("categories", case.category)
    return words.language.gettext("%(category)s, renewal", category=category) if case.renewal else category


def _status_badge(standing: str, words: BoardWords) -> Badge:
    return Badge(text=words.label("serviceStatuses", standing), tone=_TONES[standing])


def _marks(case: CaseOnBoard | QueuedCase, words: BoardWords) -> tuple[Badge, ...]:
    language = words.language
    marks = []
    if case.is_paused:
        marks.append(Badge(text=language.gettext("Paused"), tone=Tone.WAITING))
    if case.manual_tasks:
        tasks = language.ngettext("%(num)s manual task", "%(num)s manual tasks", case.manual_tasks)
        marks.append(Badge(text=tasks, tone=Tone.ATTENTION))
    return tuple(marks)
