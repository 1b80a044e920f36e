"""The lists of the counter as tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from api.pages.charts.figures import Cell
from api.pages.counter.cards import CounterWords
from api.pages.counter.permit_words import term_shown
from api.services.counter.opened import Names
from api.services.counter.permits import Permit
from domain.civil_time import civil_day
from projections.lists.own_queries import FollowedApplication

Table = tuple[tuple[str, ...], list[tuple[Cell, ...]]]
"""The heads of the columns, and the rows."""


def application_sheet(found: Sequence[tuple[FollowedApplication, Names, date | None]], words: CounterWords) -> Table:
    """The applications, a row each."""
    _ = words.language.gettext
    columns = (
        _("Worker"),
        _("Reference"),
        _("Employer"),
        _("Enterprise number"),
        _("Category"),
        _("Stage"),
        _("Status"),
        _("Filed"),
        _("Expected by"),
        _("Last day to answer"),
        _("First day of work"),
        _("Last day of work"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words.worker(names),
            each.reference,
            names.employer,
            each.employer_number,
            words.wording.label("categories", each.category),
            words.wording.label("stages", each.stage),
            words.wording.label("caseStatuses", each.status),
            civil_day(each.filed_at),
            due_on,
            each.reply_by,
            each.work_from,
            each.work_until,
        )
        for each, names, due_on in found
    ]
    return columns, rows


def permit_sheet(found: Sequence[tuple[Permit, Names]], words: CounterWords, today: date) -> Table:
    """The permits, a row each."""
    _ = words.language.gettext
    columns = (
        _("Worker"),
        _("Reference"),
        _("Employer"),
        _("Enterprise number"),
        _("Category"),
        _("What is known of the end"),
        _("Last day of the permit"),
        _("First day to renew"),
        _("Last day to renew"),
        _("Birthday that ends the permit"),
    )
    rows: list[tuple[Cell, ...]] = []
    for permit, names in found:
        each, term = permit.application, permit.term
        rows.append(
            (
                words.worker(names),
                each.reference,
                names.employer,
                each.employer_number,
                words.wording.label("categories", each.category),
                term_shown(term, today, words.wording).label,
                term.ends_on,
                None if term.window is None else term.window.opens_on,
                None if term.window is None else term.window.closes_on,
                term.birthday,
            )
        )
    return columns, rows
