"""``/migration/{authority}/quarantine``: the records in quarantine, one record raw and parsed, and its repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.composition import Program
from api.http.paging import AFTER, single, unusable_cursor
from api.http.problems import NOT_FOUND, Problem, RequestRefused
from api.http.query_values import one_code
from api.pages.board.words import BoardWords
from api.pages.filter_forms import Filter, FilterForm, address, choices_with_all, filled_in
from api.pages.kept_forms import kept_form
from api.pages.migration.contents import MIGRATION
from api.pages.migration.quarantine_contents import QuarantineWords, quarantine_path, record_path
from api.pages.migration.repair_forms import (
    FIELD,
    REPLAY_MOTIVE,
    SEEN,
    correction_of,
    errors_of_correction,
    errors_of_motive,
    refused_heading,
    seen_of,
)
from api.pages.page_parts import FieldError, Paging
from api.pages.page_route import PageRoute
from api.pages.refusals import FormFault, form_refused
from api.pages.rendering import Pages
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import Readers
from api.permissions import Action
from api.services.migrations import (
    bulk_connection,
    closed_to_repairs,
    quarantine_of,
    traced_record,
    waiting_records,
)
from api.words.choices import Choice
from consumers.migration.repair import ShownRecord
from domain.migration.cutover_status import AuthorityIsLive, NotAccepting
from domain.migration.findings import RefusalReason
from domain.migration.quarantine import WAITING, QuarantinedRecord, RepairRefused
from infra.identity.caller import Caller
from infra.migration.sources import MigratingAuthority
from infra.postgres.journal.conflicts import AppendConflict

QUARANTINE: Final = MIGRATION + "/{authority}/quarantine"
PAGE_LENGTH: Final = 50

_REASON: Final = "reason"
_CORRECTED, _RETOLD, _WAITS = "corrected", "retold", "waits"

Form = Annotated[SentForm, Depends(sent_form)]


def quarantine_pages(program: Program, pages: Pages, readers: Readers) -> APIRouter:
    """The list, the page of a record, and what its two forms are sent to."""
    routes = APIRouter(prefix=QUARANTINE, route_class=PageRoute)
    screen = QuarantineScreen(program, pages, readers)

    @routes.get("", name="quarantine")
    def quarantine(request: Request, authority: str) -> Response:
        return screen.listing(request, _authority(authority))

    @routes.get("/{record}", name="quarantinedRecord")
    def record_page(request: Request, authority: str, record: str) -> Response:
        return screen.record(request, _authority(authority), _record(record))

    @routes.post("/{record}/corrections", name="correctRecord")
    def correct(request: Request, authority: str, record: str, sent: Form) -> Response:
        return screen.correct(request, _authority(authority), _record(record), sent)

    @routes.post("/{record}/replays", name="replayRecord")
    def replay(request: Request, authority: str, record: str, sent: Form) -> Response:
        return screen.replay(request, _authority(authority), _record(record), sent)

    return routes


class QuarantineScreen:
    """The pages of the quarantine for the signed-in reader."""

    def __init__(self, program: Program, pages: Pages, readers: Readers) -> None:
        self._program = program
        self._pages = pages
        self._readers = readers

    def listing(self, request: Request, authority: MigratingAuthority) -> Response:
        """The records that wait, the oldest first. Raises ``NotSignedIn`` and ``RequestRefused`` (400, 403)."""
        granted = self._readers.authorised(request, Action.READ_MIGRATIONS)
        parameters, words = filled_in(request), self._words(request)
        reason = one_code(parameters, _REASON, tuple(RefusalReason))
        after = single(parameters, AFTER)
        found = waiting_records(
            self._program,
            authority,
            reason=reason,
            after=None if after is None else _cursor(after),
            limit=PAGE_LENGTH + 1,
        )
        waiting, rows, here = found.by_reason, found.records[:PAGE_LENGTH], quarantine_path(authority)
        may_open = self._may_open_case(granted.caller, authority)
        number = sum(waiting.values()) if reason is None else waiting.get(reason, 0)
        more = len(found.records) > PAGE_LENGTH
        return self._pages.response(
            request,
            "quarantine.html",
            {
                "title": words.label("authorities", authority),
                "form": _form(here, reason, waiting, words),
                "rows": [QuarantineWords(words).row(each, may_open_case=may_open) for each in rows],
                "counted": words.language.ngettext("%(num)s record waiting", "%(num)s records waiting", number),
                "first_href": None if after is None else address(here, (_REASON, reason)),
                "paging": Paging(
                    next_href=address(here, (_REASON, reason), (AFTER, str(rows[-1].record_id))) if more else None
                ),
            },
            frame=self._readers.frame(request, granted.caller, MIGRATION),
        )

    def record(self, request: Request, authority: MigratingAuthority, record: UUID) -> Response:
        """The record: with its content for who may repair it. Raises ``RequestRefused`` (403, 404)."""
        caller = self._readers.authorised(request, Action.READ_MIGRATIONS).caller
        if self._readers.access.may_in(caller, Action.REPAIR_LEGACY_RECORD, authority):
            return self._content(request, caller, authority, record)
        return self._codes(request, caller, authority, record)

    def correct(self, request: Request, authority: MigratingAuthority, record: UUID, sent: SentForm) -> Response:
        """Put a text in place of a field, and lead to the record; or show the form with what is wrong."""
        caller = self._readers.authorised_in(request, Action.REPAIR_LEGACY_RECORD, authority).caller
        if (kept := kept_form(sent)) is not None:
            return self._content(request, caller, authority, record, sent=kept, came_back=True)
        seen, correction = _seen(sent), correction_of(sent)
        errors = errors_of_correction(correction, self._pages.language(request))

        def do() -> str:
            with bulk_connection(self._program, self._program.deadlines) as connection:
                quarantine_of(self._program, authority).correct(
                    connection,
                    record,
                    correction.field,
                    correction.text,
                    by=caller.actor,
                    motive=correction.motive,
                    seen=seen,
                )
            return _CORRECTED

        return self._carried_out(request, caller, authority, record, sent, errors, do)

    def replay(self, request: Request, authority: MigratingAuthority, record: UUID, sent: SentForm) -> Response:
        """Try the record again, and lead to it; or show the form with what is wrong."""
        caller = self._readers.authorised_in(request, Action.REPAIR_LEGACY_RECORD, authority).caller
        if (kept := kept_form(sent)) is not None:
            return self._content(request, caller, authority, record, sent=kept, came_back=True)
        seen, motive = _seen(sent), sent.one(REPLAY_MOTIVE)
        errors = errors_of_motive(REPLAY_MOTIVE, motive, self._pages.language(request))

        def do() -> str:
            with bulk_connection(self._program, self._program.deadlines) as connection:
                refused = quarantine_of(self._program, authority).replay(
                    connection, record, by=caller.actor, motive=motive, seen=seen
                )
            return _RETOLD if refused is None else _WAITS

        return self._carried_out(request, caller, authority, record, sent, errors, do)

    def _carried_out(
        self,
        request: Request,
        caller: Caller,
        authority: MigratingAuthority,
        record: UUID,
        sent: SentForm,
        errors: tuple[FieldError, ...],
        do: Callable[[], str],
    ) -> Response:
        if errors:
            return self._content(request, caller, authority, record, sent=sent, errors=errors, status=400)
        try:
            done = do()
        except (RepairRefused, AuthorityIsLive, NotAccepting, AppendConflict) as why:
            return self._content(request, caller, authority, record, sent=sent, refused=why, status=409)
        where = address(f"{quarantine_path(authority)}/{record}", self._readers.note(caller, done, record))
        return RedirectResponse(where, 303, {"Cache-Control": "no-store"})

    def _content(
        self,
        request: Request,
        caller: Caller,
        authority: MigratingAuthority,
        record: UUID,
        *,
        sent: SentForm | None = None,
        errors: tuple[FieldError, ...] = (),
        refused: Exception | None = None,
        came_back: bool = False,
        status: int = 200,
    ) -> Response:
        """The record raw and parsed, with the forms as long as it can be repaired; what was typed is kept."""
        shown = self._shown(caller, authority, record)
        words = self._words(request)
        contents = QuarantineWords(words)
        closed = closed_to_repairs(self._program, authority)
        waits = shown.quarantined.state in WAITING and shown.raw is not None
        typed = {name: values[0] for name, values in sent.values.items()} if sent is not None else {}
        field = typed.get(FIELD) or request.query_params.get(FIELD, "") or _first_wrong(shown)
        current = shown.corrections.get(field)
        return self._pages.response(
            request,
            "quarantined_record.html",
            self._common(shown.quarantined, words, caller)
            | {
                "erased": shown.raw is None,
                "fields": () if shown.raw is None else contents.fields(shown),
                "findings": contents.findings(
                    [each for each in shown.quarantined.findings if shown.raw is None or not each.field]
                ),
                "steps": contents.steps(shown.steps, with_motives=True),
                "with_content": True,
                "can_be_repaired": waits and closed is None,
                "closed": closed if waits else None,
                "correctable": contents.correctable(shown) if waits else (),
                "typed": {"text": current or "", "motive": "", REPLAY_MOTIVE: ""} | typed | {FIELD: field},
                "hidden": {SEEN: str(shown.seen)},
                "errors": errors,
                "refused": refused,
                "came_back": came_back,
                "refused_heading": refused_heading(refused, words.language),
                "done": self._readers.what_was_done(request, caller, record),
            },
            frame=self._readers.frame(request, caller, MIGRATION),
            status=status,
        )

    def _codes(self, request: Request, caller: Caller, authority: MigratingAuthority, record: UUID) -> Response:
        """The record without its content, for who only follows the migration."""
        found = traced_record(self._program, authority, record)
        if found is None:
            raise _unknown_record()
        quarantined, steps = found
        words = self._words(request)
        contents = QuarantineWords(words)
        return self._pages.response(
            request,
            "quarantined_record.html",
            self._common(quarantined, words, caller)
            | {
                "findings": contents.findings(quarantined.findings),
                "steps": contents.steps(steps, with_motives=False),
                "with_content": False,
            },
            frame=self._readers.frame(request, caller, MIGRATION),
        )

    def _common(self, each: QuarantinedRecord, words: BoardWords, caller: Caller) -> dict[str, object]:
        contents = QuarantineWords(words)
        return {
            "place": contents.place(each),
            "state": contents.state(each),
            "about": contents.about(each, may_open_case=self._may_open_case(caller, each.authority)),
            "list_href": quarantine_path(each.authority),
            "authority": words.label("authorities", each.authority),
            "href": record_path(each),
            "errors": (),
            "refused": None,
        }

    def _shown(self, caller: Caller, authority: MigratingAuthority, record: UUID) -> ShownRecord:
        """The record with its content; the look is first logged in its trace."""
        with self._program.request_writers.connection() as connection:
            try:
                return quarantine_of(self._program, authority).shown(connection, record, by=caller.actor)
            except RepairRefused:
                raise _unknown_record() from None

    def _may_open_case(self, caller: Caller, authority: str) -> bool:
        return self._readers.access.may_in(caller, Action.READ_APPLICATION, authority)

    def _words(self, request: Request) -> BoardWords:
        return BoardWords(language=self._pages.language(request), code_lists=self._readers.code_lists)


def _authority(text: str) -> MigratingAuthority:
    try:
        return MigratingAuthority(text)
    except ValueError:
        raise RequestRefused(Problem(type=NOT_FOUND, detail="No authority of this name moves in.")) from None


def _record(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _unknown_record() from None


def _unknown_record() -> RequestRefused:
    return RequestRefused(Problem(type=NOT_FOUND, detail="This authority has no such record in quarantine."))


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise unusable_cursor() from None


def _seen(sent: SentForm) -> int:
    seen = seen_of(sent)
    if seen is None:
        raise form_refused(FormFault.NOT_WHOLE)
    return seen


def _first_wrong(shown: ShownRecord) -> str:
    """The field of the first finding that is a field's and has not been corrected yet."""
    wrong = (each.field for each in shown.quarantined.findings if each.field and each.field not in shown.corrections)
    return next(wrong, "")


def _form(here: str, reason: str | None, waiting: Mapping[str, int], words: BoardWords) -> FilterForm:
    codes = [each for each in RefusalReason if each in waiting or each == reason]
    choices = [Choice(value=each.value, text=words.label("quarantineReasons", each)) for each in codes]
    return FilterForm(
        action=here,
        filters=(
            Filter(
                name=_REASON,
                label=words.language.gettext("Reason"),
                value=reason or "",
                choices=choices_with_all(words.language.gettext("All"), choices),
            ),
        ),
    )
