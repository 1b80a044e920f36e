"""A batch in the reader's words: each row with what the law says of it, what becomes of it, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.http.case_representation import words as wire_words
from api.http.problems import OWN_PROBLEM_TYPES, Problem
from api.pages.bulk.columns import Columns
from api.pages.bulk.reading import Fault, RowReader, read_header
from api.pages.law.answer import summary_of, verdict_badge
from api.pages.law.words import LawWords
from api.pages.page_parts import Badge, Tone
from api.pages.refusals import explanation_of
from api.services.application_batches import INVALID, NOT_PERMITTED, JudgedRow
from api.words.sentences.open_findings import fact_name
from domain.drafts.application_batch import ApplicationBatch, BatchRow, BatchState, RowOutcome
from domain.law.assessment import Assessment
from domain.law.findings import Verdict
from infra.application_files.table import CellNote, Table, TableRow
from infra.identity.caller import Caller

_TONES: Final = {
    RowOutcome.FAULTY: Tone.LATE,
    RowOutcome.REFUSED: Tone.LATE,
    RowOutcome.READY: Tone.GOOD,
    RowOutcome.FILED: Tone.GOOD,
    RowOutcome.FILED_BEFORE: Tone.NEUTRAL,
}
_NAMES: Final = ("worker.givenName", "worker.familyName")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShown:
    """``summary`` is what the rules say, and what is missing; ``faults`` say what is to be corrected, and where."""

    line: int
    worker: str
    verdict: Badge | None
    summary: str
    outcome: Badge
    faults: tuple[Fault, ...]
    reference: str
    href: str


class BatchWords:
    """Batches in one language, for people of one role."""

    def __init__(self, words: LawWords, columns: Columns, caller: Caller) -> None:
        self._words = words
        self._columns = columns
        self._caller = caller

    def rows(self, batch: ApplicationBatch, judged: Sequence[JudgedRow]) -> tuple[RowShown, ...]:
        """Every row, in the order of the file."""
        language = self._words.language
        header = TableRow(line=1, cells=batch.columns)
        table = Table(header=header, rows=(), is_workbook=batch.is_workbook)
        names = read_header(table, self._columns, language).names
        reader = RowReader(self._columns, names, self._caller, language, self._columns.on)
        return tuple(self._row(batch, each, names, reader) for each in judged)

    def outcome(self, outcome: RowOutcome, state: BatchState) -> Badge:
        """What becomes of a row in a batch that is in this state."""
        _ = self._words.language.gettext
        is_checked = state is BatchState.CHECKED
        texts = {
            RowOutcome.READY: _("Can be filed") if is_checked else _("Waiting to be filed"),
            RowOutcome.FILED: _("Filed"),
            RowOutcome.FILED_BEFORE: _("Filed earlier today"),
            RowOutcome.REFUSED: _("Cannot be filed"),
            RowOutcome.FAULTY: _("To be corrected") if is_checked else _("Left out"),
        }
        return Badge(text=texts[outcome], tone=_TONES[outcome])

    def _row(
        self, batch: ApplicationBatch, judged: JudgedRow, names: Sequence[str | None], reader: RowReader
    ) -> RowShown:
        row, verdict = judged.row, judged.verdict
        return RowShown(
            line=row.line,
            worker=_worker(row, names),
            verdict=None if verdict is None else verdict_badge(verdict.verdict, self._words),
            summary="" if verdict is None else self._summary(verdict),
            outcome=self.outcome(row.outcome, batch.state),
            faults=self._faults(batch, judged, reader),
            reference=row.reference or "",
            href="" if row.case_id is None else f"/cases/{row.case_id}",
        )

    def _summary(self, assessment: Assessment) -> str:
        """The verdict in a sentence, and which facts would decide where it is open."""
        said = summary_of(assessment, self._words)
        missing = dict.fromkeys(
            fact
            for found in assessment.findings
            if found.required and found.verdict is Verdict.UNDETERMINED
            for fact in wire_words(found).get("missing", ())
        )
        if assessment.verdict is not Verdict.UNDETERMINED or not missing:
            return said
        wording = self._words.wording
        facts = wording.listed(fact_name(each, wording) for each in missing)
        stated = wording.language.gettext("Still to be stated: %(facts)s.", facts=facts)
        return f"{said} {stated}"

    def _faults(self, batch: ApplicationBatch, judged: JudgedRow, reader: RowReader) -> tuple[Fault, ...]:
        _, row = self._words.language.gettext, judged.row
        match row.outcome:
            case RowOutcome.FAULTY if judged.same_as is not None:
                number = self._words.language.integer(judged.same_as)
                return (Fault(place="", text=_("the same worker and job as in line %(number)s", number=number)),)
            case RowOutcome.FAULTY:
                table = TableRow(
                    line=row.line, cells=row.cells, notes={n: CellNote(note) for n, note in row.notes.items()}
                )
                found = reader.read(table, is_workbook=batch.is_workbook).faults
                return found or (Fault(place="", text=_("the rules have changed since: send the file again")),)
            case RowOutcome.REFUSED:
                return (Fault(place="", text=self._reason(row.reason or "")),)
            case RowOutcome.FILED_BEFORE:
                return (Fault(place="", text=_("the same application was filed today: no second one is made")),)
            case _:
                return ()

    def _reason(self, reason: str) -> str:
        """Why a row cannot be filed, and what to do."""
        _ = self._words.language.gettext
        if reason == INVALID:
            return _("What this row says can no longer be filed, such as a category that was withdrawn: send it again.")
        if reason == NOT_PERMITTED:
            return _("Whoever had the batch filed may not file this application: it is in the name of another.")
        problem = Problem(type=OWN_PROBLEM_TYPES[reason], detail="")
        return explanation_of(problem, self._words.code_lists, self._words.language)


def _worker(row: BatchRow, names: Sequence[str | None]) -> str:
    """The name of the worker, as far as the row says it."""
    if row.application is not None:
        worker = row.application.get("worker", {})
        found = [worker.get("givenName"), worker.get("familyName")]
    else:
        cells = TableRow(line=row.line, cells=row.cells)
        found = [cells.cell(names.index(each) + 1) if each in names else None for each in _NAMES]
    return " ".join(each.strip() for each in found if each)
