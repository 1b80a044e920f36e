"""The pages of batches: send a file, see every row judged, have it filed, and take the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from babel.lists import format_list
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.pages.bulk.columns import Columns, ColumnWords
from api.pages.bulk.contents import BatchWords, RowShown
from api.pages.bulk.reading import Fault, RowReader, read_header
from api.pages.bulk.sheets import CSV, XLSX, file_response, result_csv, result_workbook, template_csv, template_workbook
from api.pages.counter.ways import PATH
from api.pages.law.words import law_words
from api.pages.page_parts import Badge, FieldError, Refreshing, Tone
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.all_services import Services
from api.services.application_batches import JudgedRow, SentRow
from api.services.refusals import ApplicationUnknown, DraftsFull
from api.words.languages import Language
from domain.drafts.application_batch import ApplicationBatch, BatchState, BatchSummary, RowOutcome
from infra.application_files.reading import read_table
from infra.application_files.table import NotATable, TableFault, TableLimits

BATCHES: Final = f"{PATH}/batches"
FILE: Final = "file"
WITHOUT: Final = "withoutFaulty"

_SECONDS: Final = 3
_MOST_CHARACTERS: Final = 4_000_000
_STATES: Final = {BatchState.CHECKED: Tone.ATTENTION, BatchState.FILING: Tone.WAITING, BatchState.DONE: Tone.GOOD}


class BatchScreen:
    """Draws the pages for the signed-in reader, who files for an enterprise."""

    def __init__(self, services: Services, pages: Pages, readers: Readers) -> None:
        self._services = services
        self._batches = services.batches
        self._pages = pages
        self._readers = readers
        self._words = ColumnWords(pages, readers.code_lists)

    def reader(self, request: Request) -> AuthorisedCaller:
        """Who is signed in and may file in bulk. Raises ``NotSignedIn`` and ``NotPermitted``."""
        return self._readers.authorised(request, Action.FILE_APPLICATION_BATCH)

    def listing(
        self, request: Request, caller: AuthorisedCaller, *, error: str = "", faults: Sequence[Fault] = ()
    ) -> Response:
        """The batches there are, and the way to send one; with what was wrong with a file that was sent."""
        language = self._pages.language(request)
        errors = (FieldError(field=FILE, text=error),) if error else ()
        content = {
            "errors": errors,
            "faults": faults,
            "most": self._batches.most_rows,
            "batches": [self._listed(each, language) for each in self._batches.listed(caller)],
            "columns": self._columns(request, caller),
        }
        return self._page(request, caller, "bulk/batches.html", content, status=400 if error else 200)

    def template(self, request: Request, *, as_workbook: bool) -> Response:
        """The file to fill in, in the reader's language."""
        columns = self._columns(request, self.reader(request))
        if as_workbook:
            content = template_workbook(columns, self._pages.language(request), self._batches.most_rows)
            return file_response(content, XLSX, "applications.xlsx")
        return file_response(template_csv(columns), CSV, "applications.csv")

    def sent(self, request: Request, caller: AuthorisedCaller, content: bytes, *, too_large: bool) -> Response:
        """Keep the file as a batch that is judged and not filed, or say what is wrong with it as a whole."""
        language, columns = self._pages.language(request), self._columns(request, caller)
        limits = TableLimits(most_rows=self._batches.most_rows, most_characters=_MOST_CHARACTERS)
        try:
            if too_large:
                raise NotATable(TableFault.TOO_LARGE)
            if not content:
                return self.listing(request, caller, error=language.gettext("Choose a file."))
            table = read_table(content, limits, columns.is_header)
        except NotATable as why:
            return self.listing(request, caller, error=self._no_table(why.fault, language))
        header = read_header(table, columns, language)
        if header.faults:
            error = language.gettext("The columns of the file are not those of the template. Nothing was kept of it.")
            return self.listing(request, caller, error=error, faults=header.faults)
        if not table.rows:
            return self.listing(request, caller, error=language.gettext("The file has no row below the header."))
        reader = RowReader(columns, header.names, caller.caller, language, columns.on)
        sent = [
            SentRow(
                line=each.line,
                application=reader.read(each, is_workbook=table.is_workbook).application,
                cells=each.cells,
                notes=tuple((column, note.value) for column, note in each.notes.items()),
            )
            for each in table.rows
        ]
        try:
            batch = self._batches.begin(caller, sent, columns=table.header.cells, is_workbook=table.is_workbook)
        except DraftsFull:
            error = language.gettext("You have as many batches as there can be: delete one first.")
            return self.listing(request, caller, error=error)
        return _led_on(batch.batch_id)

    def show(self, request: Request, batch_id: UUID) -> Response:
        """Every row of a batch, as far as it has come. Raises ``BatchUnknown``."""
        caller = self.reader(request)
        return self._show(request, caller, self._batches.read(caller, batch_id))

    def file(self, request: Request, batch_id: UUID, sent: SentForm) -> Response:
        """Have the good rows filed. Raises ``BatchUnknown``."""
        caller = self.reader(request)
        without = sent.one(WITHOUT) == "true"
        if self._batches.confirm(caller, batch_id, without_faulty=without):
            return _led_on(batch_id)
        error = self._pages.language(request).gettext(
            "Nothing was filed. Correct the file, or tick that these rows are left out."
        )
        return self._show(request, caller, self._batches.read(caller, batch_id), error=error)

    def ask_deletion(self, request: Request, batch_id: UUID) -> Response:
        """Whether the batch is really to be deleted. Raises ``BatchUnknown``."""
        caller = self.reader(request)
        batch = self._batches.read(caller, batch_id)
        content = {"batch_href": _address(batch_id), "filed": batch.count(RowOutcome.FILED)}
        return self._page(request, caller, "bulk/batch_deletion.html", content)

    def delete(self, request: Request, batch_id: UUID) -> Response:
        """Delete it, for everybody; while it is being filed, it is shown instead. Raises ``BatchUnknown``."""
        caller = self.reader(request)
        self._batches.read(caller, batch_id)
        if self._batches.delete(caller, batch_id):
            return RedirectResponse(BATCHES, 303, {"Cache-Control": "no-store"})
        return _led_on(batch_id)

    def result(self, request: Request, batch_id: UUID, *, as_workbook: bool) -> Response:
        """The sender's rows with what became of each. Raises ``BatchUnknown``."""
        caller = self.reader(request)
        batch = self._batches.read(caller, batch_id)
        rows = self._result(request, caller, batch)
        if as_workbook:
            return file_response(result_workbook(rows, self._pages.language(request)), XLSX, "result.xlsx")
        return file_response(result_csv(rows), CSV, "result.csv")

    def _show(
        self, request: Request, caller: AuthorisedCaller, batch: ApplicationBatch, *, error: str = ""
    ) -> Response:
        is_filing = batch.state is BatchState.FILING
        # Looked at every few seconds: what the law says is told before and after.
        rows = () if is_filing else self._rows(request, caller, batch, self._batches.judged(batch))
        is_checked, language = batch.state is BatchState.CHECKED, self._pages.language(request)
        at_fault = {each.line for each in batch.at_fault}
        content = {
            "batch_href": _address(batch.batch_id),
            "state": batch.state.value,
            "begun_at": batch.begun_at,
            "rows": rows,
            "read": len(batch.rows),
            "to_correct": [each for each in rows if each.line in at_fault] if is_checked else (),
            "left_out": format_list([language.integer(each) for each in sorted(at_fault)], locale=language.locale),
            "at_fault": len(at_fault),
            "ready": batch.count(RowOutcome.READY),
            "filed": batch.count(RowOutcome.FILED),
            "filed_before": batch.count(RowOutcome.FILED_BEFORE),
            "errors": (FieldError(field=WITHOUT, text=error),) if error else (),
            "refreshing": Refreshing.of(request, seconds=_SECONDS),
            "batches_href": BATCHES,
        }
        return self._page(request, caller, "bulk/batch.html", content, status=400 if error else 200)

    def _result(self, request: Request, caller: AuthorisedCaller, batch: ApplicationBatch) -> list[list[str]]:
        """The header and the rows of the result."""
        _ = self._pages.language(request).gettext
        width = max((len(batch.columns), *(len(each.cells) for each in batch.rows)))
        added = (
            _("Line"), _("Outcome"), _("Explanation"), _("What the rules say"), _("Reason"), _("Reference"),
            _("Address"), _("Structured communication"),
        )  # fmt: skip
        found = [[*batch.columns, *[""] * (width - len(batch.columns)), *added]]
        shown = self._rows(request, caller, batch, self._batches.judged(batch))
        for row, each in zip(batch.rows, shown, strict=True):
            found.append(
                [
                    *row.cells,
                    *[""] * (width - len(row.cells)),
                    str(row.line),
                    each.outcome.text,
                    " ".join(f"{fault.place}: {fault.text}" if fault.place else fault.text for fault in each.faults),
                    "" if each.verdict is None else each.verdict.text,
                    each.summary,
                    each.reference,
                    f"{str(request.base_url).rstrip('/')}{each.href}" if each.href else "",
                    "" if row.case_id is None else self._communications(caller, row.case_id),
                ]
            )
        return found

    def _communications(self, caller: AuthorisedCaller, case_id: UUID) -> str:
        """What to write on the transfers of a case; nothing of one that the reader may not see any more."""
        try:
            fees = self._services.fees.owed(caller, case_id)
        except ApplicationUnknown:
            return ""
        # Without the marks around it, which a spreadsheet takes for the beginning of a formula.
        return " ".join(str(each.communication).strip("+") for each in fees if each.communication is not None)

    def _rows(
        self, request: Request, caller: AuthorisedCaller, batch: ApplicationBatch, judged: Sequence[JudgedRow]
    ) -> tuple[RowShown, ...]:
        words = law_words(request, self._pages, self._readers)
        return BatchWords(words, self._columns(request, caller), caller.caller).rows(batch, judged)

    def _columns(self, request: Request, caller: AuthorisedCaller) -> Columns:
        law = self._services.law
        return self._words.columns(
            self._pages.language(request), caller.caller.role.value, law.rulebook, self._batches.today
        )

    def _listed(self, batch: BatchSummary, language: Language) -> Mapping[str, object]:
        _ = language.gettext
        words = {
            BatchState.CHECKED: _("Not filed yet"),
            BatchState.FILING: _("Being filed"),
            BatchState.DONE: _("Done"),
        }
        return {
            "href": _address(batch.batch_id),
            "begun_at": batch.begun_at,
            "state": Badge(text=words[batch.state], tone=_STATES[batch.state]),
            "rows": batch.rows,
            "filed": batch.counts.get(RowOutcome.FILED, 0),
        }

    def _no_table(self, fault: TableFault, language: Language) -> str:
        _ = language.gettext
        match fault:
            case TableFault.EMPTY:
                return _("The file is empty.")
            case TableFault.TOO_LARGE:
                return _("The file is too large: divide it over several, and remove pictures and empty formatted rows.")
            case TableFault.TOO_MANY_ROWS:
                most = language.integer(self._batches.most_rows)
                return _("The file has more than %(most)s rows, and nothing was kept of it: divide it.", most=most)
            case TableFault.PASSWORD_OR_OLD:
                return _(
                    "The workbook has a password or is of an old form (.xls): save it as .xlsx without a password."
                )
            case TableFault.DAMAGED:
                return _("The file is damaged, or no workbook (.xlsx) and no text: save it as .xlsx or CSV again.")
            case TableFault.NO_TABLE:
                return _("No line at the beginning of the file names columns of the template.")
            case TableFault.SEVERAL_TABLES:
                return _("Several sheets of the workbook hold applications, hidden ones too: put them on one sheet.")

    def _page(
        self,
        request: Request,
        caller: AuthorisedCaller,
        template: str,
        content: Mapping[str, object],
        *,
        status: int = 200,
    ) -> Response:
        frame = self._readers.frame(request, caller.caller, PATH)
        return self._pages.response(request, template, content, frame=frame, status=status)


def _address(batch_id: UUID) -> str:
    return f"{BATCHES}/{batch_id}"


def _led_on(batch_id: UUID) -> Response:
    return RedirectResponse(_address(batch_id), 303, {"Cache-Control": "no-store"})
