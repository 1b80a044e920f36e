"""``/queue/payments``: a case handler sends a file with payments, sees each line judged, and records them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from api.http.content_digests import require_no_content_coding
from api.http.uploads import Uploads
from api.pages.charts.figures import Cell, csv_of_table
from api.pages.kept_forms import kept_form
from api.pages.page_parts import Badge, FieldError, Tone
from api.pages.page_route import PageRoute
from api.pages.refusals import FormFault, form_refused
from api.pages.rendering import Pages
from api.pages.routes.bulk_assignment import QUEUE
from api.pages.routes.queue import PAYMENTS
from api.pages.sent_files import SentFile
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.permissions import Action
from api.services.access import AuthorisedCaller
from api.services.payment_lists import JudgedLine, PaymentListService, is_in_order
from api.words.languages import Language
from domain.case.payment_lines import COLUMNS, GOOD, MOST_LINES, LineOutcome, NotAList, SentLine, lines_of

JUDGED: Final = f"{PAYMENTS}/judged"
RECORDED: Final = f"{PAYMENTS}/recorded"
RESULT: Final = f"{PAYMENTS}/result.csv"
FILE: Final = "file"
LINES: Final = "lines"

_LARGEST_FILE: Final = 256 * 1024
"""Bytes; five hundred payments take some thirty thousand."""

_RESULT_COLUMNS: Final = ("line", *COLUMNS, "application", "outcome", "explanation")

SentLines = Annotated[SentForm, Depends(sent_form)]


_NOTHING: Final = "\u2013"
_SHOWN: Final = 40
"""Characters of what stands in the place of a communication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShown:
    number: int
    paid_on: str
    amount: str
    communication: str
    reference: str
    href: str
    verdict: Badge
    outcome: str


class _NotTaken(Exception):
    """The file is no list of payments; the text is for its sender, in the sender's language."""


def payment_list_pages(payments: PaymentListService, pages: Pages, readers: Readers, uploads: Uploads) -> APIRouter:
    routes = APIRouter(route_class=PageRoute)
    screen = _Screen(payments, pages, readers)

    @routes.get(PAYMENTS, name="paymentList")
    def form(request: Request) -> Response:
        return screen.empty(request, readers.authorised(request, Action.RECORD_FEE_PAYMENT))

    @routes.post(JUDGED, name="judgePaymentList")
    async def judged(request: Request) -> Response:
        caller = readers.authorised(request, Action.RECORD_FEE_PAYMENT)
        require_no_content_coding(request)
        async with uploads.place_for(caller.caller), aclosing(request.stream()) as chunks:
            file = SentFile(request.headers.get("Content-Type", ""), chunks, uploads)
            await file.fields()
            content = bytearray()
            if file.media_type is not None:
                async for chunk in file.content():
                    content += chunk[: _LARGEST_FILE + 1 - len(content)]
            return await uploads.work(screen.judged, request, caller, bytes(content))

    @routes.post(RECORDED, name="recordPaymentList")
    def recorded(request: Request, sent: SentLines) -> Response:
        caller = readers.authorised(request, Action.RECORD_FEE_PAYMENT)
        if (kept := kept_form(sent)) is not None:
            # Its sender signed in again meanwhile: the list is judged and shown, and not recorded by itself.
            return screen.judged(request, caller, _text_in(kept).encode())
        return screen.recorded(request, caller, _text_in(sent))

    @routes.post(RESULT, name="paymentListResult")
    def result(request: Request, sent: SentLines) -> Response:
        caller = readers.authorised(request, Action.RECORD_FEE_PAYMENT)
        return screen.result(request, caller, _text_in(kept_form(sent) or sent))

    return routes


class _Screen:
    """The page of a list, as far as it has come."""

    def __init__(self, payments: PaymentListService, pages: Pages, readers: Readers) -> None:
        self._payments = payments
        self._pages = pages
        self._readers = readers

    def empty(self, request: Request, caller: AuthorisedCaller, error: str = "") -> Response:
        errors = (FieldError(field=FILE, text=error),) if error else ()
        content = {"errors": errors, "columns": ";".join(COLUMNS), "most": MOST_LINES, "action": JUDGED}
        return self._page(request, caller, "payment_list.html", content, 400 if error else 200)

    def judged(self, request: Request, caller: AuthorisedCaller, content: bytes) -> Response:
        """Each line of the file with what would become of it, and the way to record them; nothing is recorded."""
        language = self._pages.language(request)
        if not content:
            return self.empty(request, caller, language.gettext("Choose a file."))
        if len(content) > _LARGEST_FILE:
            return self.empty(request, caller, language.gettext("The file is too large: divide it over several files."))
        # Only digits and separators are read of it; whatever else is in it is not shown.
        text = content.decode("utf-8", errors="replace")
        try:
            lines = self._lines(text, language)
        except _NotTaken as why:
            return self.empty(request, caller, str(why))
        return self._table(request, caller, text, self._payments.judged(caller, lines), done=False)

    def recorded(self, request: Request, caller: AuthorisedCaller, text: str) -> Response:
        """Each line with what became of it. Sent again, nothing is recorded twice."""
        try:
            lines = self._lines(text, self._pages.language(request))
        except _NotTaken as why:
            return self.empty(request, caller, str(why))
        return self._table(request, caller, text, self._payments.record(caller, lines), done=True)

    def result(self, request: Request, caller: AuthorisedCaller, text: str) -> Response:
        """The lines as a file, each with how it stands now."""
        language = self._pages.language(request)
        try:
            lines = self._lines(text, language)
        except _NotTaken as why:
            return self.empty(request, caller, str(why))
        rows = [self._row(each, language) for each in self._payments.judged(caller, lines)]
        headers = {"Content-Disposition": 'attachment; filename="payments-result.csv"', "Cache-Control": "no-store"}
        return Response(csv_of_table(_RESULT_COLUMNS, rows), 200, headers, "text/csv; charset=utf-8")

    def _table(
        self, request: Request, caller: AuthorisedCaller, text: str, judged: Sequence[JudgedLine], *, done: bool
    ) -> Response:
        language = self._pages.language(request)
        content = {
            "lines": [self._shown(each, language) for each in judged],
            "text": text,
            "in_order": is_in_order(judged),
            "done": done,
            "ready": sum(each.outcome is LineOutcome.READY for each in judged),
            "recorded": sum(each.outcome is LineOutcome.RECORDED for each in judged),
            "at_fault": sum(each.outcome not in GOOD for each in judged),
            "record_action": RECORDED,
            "result_action": RESULT,
            "again_href": PAYMENTS,
        }
        return self._page(request, caller, "judged_payments.html", content)

    def _page(
        self,
        request: Request,
        caller: AuthorisedCaller,
        template: str,
        content: Mapping[str, object],
        status: int = 200,
    ) -> Response:
        frame = self._readers.frame(request, caller.caller, QUEUE)
        return self._pages.response(request, template, content, frame=frame, status=status)

    def _lines(self, text: str, language: Language) -> tuple[SentLine, ...]:
        try:
            return lines_of(text)
        except NotAList:
            raise _NotTaken(
                language.gettext(
                    "This is not a list of 1 to %(most)s payments: the first line must name the columns %(columns)s.",
                    most=language.integer(MOST_LINES),
                    columns=", ".join(COLUMNS),
                )
            ) from None

    def _shown(self, judged: JudgedLine, language: Language) -> LineShown:
        sent, is_good = judged.sent, judged.outcome in GOOD
        return LineShown(
            number=sent.number,
            paid_on=_NOTHING if sent.paid_on is None else language.date(sent.paid_on),
            amount=_NOTHING if sent.amount is None else language.money(sent.amount),
            communication=(sent.communication or _NOTHING)[:_SHOWN],
            reference=judged.reference or "",
            href="" if judged.case_id is None else f"/cases/{judged.case_id}",
            verdict=Badge(
                text=language.gettext("In order") if is_good else language.gettext("At fault"),
                tone=Tone.GOOD if is_good else Tone.LATE,
            ),
            outcome=self._words(judged, language),
        )

    def _row(self, judged: JudgedLine, language: Language) -> tuple[Cell, ...]:
        sent = judged.sent
        communication = None if sent.communication is None else sent.communication.strip("+*' ")
        explained = self._words(judged, language)
        return sent.number, sent.paid_on, sent.amount, communication, judged.reference, judged.outcome.value, explained

    def _words(self, judged: JudgedLine, language: Language) -> str:
        return self._readers.code_lists.label("paymentLineOutcomes", judged.outcome.value, language.code)


def _text_in(sent: SentForm) -> str:
    """The file as the page sent it back, blanks around it included: they count as lines. Raises ``RequestRefused``."""
    given = sent.all(LINES)
    if len(given) != 1:
        raise form_refused(FormFault.NOT_WHOLE)
    return given[0]
