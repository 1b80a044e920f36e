"""``/`` and ``/session``: what this is, who one can be here, and signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.http.problems import RequestRefused
from api.pages.kept_forms import KEPT, SIGN_IN_AGAIN, kept_form, kept_text
from api.pages.page_parts import FieldError
from api.pages.page_route import PageRoute
from api.pages.rendering import Pages
from api.pages.role_chooser import RoleChooser
from api.pages.security_headers import SECURITY_HEADERS
from api.pages.sent_forms import SentForm, sent_form
from api.pages.session import (
    ENTRANCE,
    EXPIRED_PARAMETER,
    FIRST_PAGES,
    NEXT_PARAMETER,
    SIGN_IN_LINK,
    SIGN_OUT,
    NotSignedIn,
    Readers,
    begin_session,
    comes_from_elsewhere,
    end_session,
    is_looking_ahead,
    local_path,
)
from api.words.choices import Choice
from api.words.languages import Language
from domain.codes import AUTHORITIES
from domain.identifiers import enterprise_number_digits, ssin_digits
from infra.clock import SystemClock
from infra.identity.caller import CLAIM_OF_ROLE, Caller, CallerUnusable, Claim, Role
from infra.identity.sign_in_links import SignInLinks
from infra.structured_logs import get_logger

CHOOSE: Final = "choose"
"""The button of a role, where a form is kept: choosing is then a form too."""
TOKEN: Final = "token"  # noqa: S105 - the name of a field
ROLE: Final = "role"
SUBJECT: Final = "sub"
SECRET: Final = "secret"  # noqa: S105 - the name of a field
OUT_PARAMETER: Final = "out"

_log = get_logger(__name__)

_SUGGESTED: Final[Mapping[Role, str]] = {
    Role.EMPLOYER: "hr-1",
    Role.REPRESENTATIVE: "rep-1",
    Role.WORKER: "w-1",
    Role.CASE_HANDLER: "h-1",
    Role.OPERATIONS: "ops-1",
    Role.REGULATOR: "reg-1",
}

Form = Annotated[SentForm, Depends(sent_form)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCard:
    """One of the roles that the chooser offers."""

    role: Role
    name: str
    described: str
    href: str


def entrance_pages(
    pages: Pages, readers: Readers, chooser: RoleChooser | None, links: SignInLinks | None = None
) -> APIRouter:
    """The entrance. Without ``chooser`` there are no roles to choose, and readers sign in with a token.

    ``links`` are the one-time links of a demonstration; they belong to the development issuer, and without it there
    are none.
    """
    routes = APIRouter(route_class=PageRoute)
    clock = SystemClock()

    @routes.get(ENTRANCE, name="entrance")
    def entrance(request: Request) -> Response:
        return shown(request, role_of(request.query_params.get(ROLE)))

    @routes.post(SIGN_IN_AGAIN, name="signInAgain")
    def sign_in_again(request: Request, form: Form) -> Response:
        """The sign-in for a reader who sent a form after the session had ended, with what they typed."""
        return shown(request, None, form=SentForm({KEPT: [kept_text(form)]}))

    @routes.get(SIGN_IN_AGAIN, name="askToSignInAgain")
    def ask_to_sign_in_again(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{ENTRANCE}{query}", 303, {"Cache-Control": "no-store"})

    @routes.post("/session", name="beginSession")
    def begin(request: Request, form: Form) -> Response:
        language = pages.language(request)
        role = role_of(form.one(ROLE))
        if form.one(CHOOSE):
            return shown(request, role, form=form)
        if form.one(TOKEN):
            return brought(request, form, form.one(TOKEN))
        if role is None or chooser is None:
            error = FieldError(field=TOKEN, text=language.gettext("Paste an access token, or choose a role."))
            return shown(request, None, form=form, errors=(error,))
        if not chooser.lets_in(form.one(SECRET)):
            text = language.gettext("This is not the secret that the service printed at its start: paste that one.")
            return shown(request, role, form=form, errors=(FieldError(field=SECRET, text=text),))
        claim = CLAIM_OF_ROLE[role]
        value = form.one(claim) or None
        caller = Caller(
            role=role,
            subject=form.one(SUBJECT),
            token_id=str(uuid4()),
            authority=value if claim is Claim.AUTHORITY else None,
            enterprise_number=enterprise_number_digits(value) if value and claim is Claim.ENTERPRISE_NUMBER else None,
            ssin=ssin_digits(value) if value and claim is Claim.SSIN else None,
        )
        try:
            token = chooser.issuer.issue(caller, now=clock.now())
        except CallerUnusable as why:
            error = FieldError(field=why.claim.value, text=_remedy(language, why))
            return shown(request, role, form=form, errors=(error,))
        return brought(request, form, token)

    if chooser is not None and links is not None:

        @routes.get(SIGN_IN_LINK + "/{secret}", name="followSignInLink")
        def follow(request: Request, secret: str) -> Response:
            if is_looking_ahead(request):
                # No content: the browser discards it and requests it again when a person follows the link.
                return Response(status_code=204, headers={**SECURITY_HEADERS, "Cache-Control": "no-store"})
            token = links.redeem(secret)
            begun = None if token is None else let_in(request, token)
            if begun is None or token is None:
                return shown(request, None, spent_link=True, status=410)
            if not comes_from_elsewhere(request):
                return begun
            # Such as from a terminal that is itself a page: this page, and no redirection, leads on.
            href = begun.headers["Location"]
            leading = shown(request, None, start_href=href)
            leading.headers["Refresh"] = f"0; url={href}"
            begin_session(leading, request, token)
            return leading

    @routes.get(SIGN_OUT, name="askToEndSession")
    def ask_to_end(request: Request) -> Response:
        caller = readers.caller(request)
        frame = readers.frame(request, caller, SIGN_OUT)
        return pages.response(request, "sign_out.html", {}, frame=frame)

    @routes.post(SIGN_OUT, name="endSession")
    def end(request: Request) -> Response:
        readers.sign_out(request)
        response = RedirectResponse(f"{ENTRANCE}?{OUT_PARAMETER}=yes", 303, {"Cache-Control": "no-store"})
        end_session(response, request)
        return response

    def brought(request: Request, form: SentForm, token: str) -> Response:
        """Begin the session of the bearer of the token, and continue to the page requested."""
        wanted = local_path(form.one(NEXT_PARAMETER))
        # A page that required signing in; the entrance itself is not a page to continue to.
        onward = wanted if wanted is not None and not wanted.startswith("/?") and wanted != ENTRANCE else None
        begun = let_in(request, token, onward, keeps=onward is not None and kept_form(form) is not None)
        if begun is None:
            text = pages.language(request).gettext(
                "This access token is invalid or has expired: get a new one and paste all of it."
            )
            return shown(request, None, form=form, errors=(FieldError(field=TOKEN, text=text),))
        return begun

    def let_in(request: Request, token: str, onward: str | None = None, *, keeps: bool = False) -> Response | None:
        """The way to ``onward``, or to the caller's first page, with the session; None for a token not accepted.

        One that ``keeps`` a form takes it along.
        """
        try:
            caller = readers.bearer_of(token)
        except RequestRefused as why:
            _log.warning("session.refused", problem=why.problem.type.code)
            return None
        _log.info("session.begins", caller=caller.actor)
        headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
        response = RedirectResponse(onward or FIRST_PAGES[caller.role], 307 if keeps else 303, headers)
        begin_session(response, request, token)
        return response

    def shown(
        request: Request,
        role: Role | None,
        *,
        form: SentForm | None = None,
        errors: tuple[FieldError, ...] = (),
        spent_link: bool = False,
        start_href: str = "",
        status: int = 200,
    ) -> Response:
        language = pages.language(request)
        sent = form or SentForm({})
        onward = local_path(sent.one(NEXT_PARAMETER) or request.query_params.get(NEXT_PARAMETER)) or ""
        chosen = role if chooser is not None else None
        signed_in = _signed_in(readers, request)
        content = {
            "cards": _cards(readers, language, onward) if chooser is not None else (),
            "chosen": chosen,
            "chosen_name": readers.code_lists.label("roles", chosen, language.code) if chosen else "",
            "claim": CLAIM_OF_ROLE[chosen].value if chosen else "",
            "subject": sent.one(SUBJECT) or (_SUGGESTED[chosen] if chosen else ""),
            # A national number is never repeated in a page, not even in the one that requires it.
            "value": "" if chosen is Role.WORKER or chosen is None else sent.one(CLAIM_OF_ROLE[chosen]),
            "authorities": _authorities(readers, language, optional=chosen is Role.REGULATOR),
            "onward": onward,
            "start_href": start_href or (FIRST_PAGES[signed_in.role] if signed_in else ""),
            # What the address says counts only where it is so.
            "expired": request.query_params.get(EXPIRED_PARAMETER) == "yes" and readers.has_expired(request),
            "spent_link": spent_link,
            "kept": sent.one(KEPT),
            "signed_out": request.query_params.get(OUT_PARAMETER) == "yes" and signed_in is None,
            "errors": errors,
        }
        return pages.response(
            request,
            "entrance.html",
            content,
            frame=readers.public_frame(request, ENTRANCE),
            status=400 if errors else status,
        )

    return routes


def role_of(text: str | None) -> Role | None:
    """The role of that name, if there is one."""
    return Role(text) if text in tuple(Role) else None


def _signed_in(readers: Readers, request: Request) -> Caller | None:
    try:
        return readers.caller(request)
    except NotSignedIn:
        return None


def _authorities(readers: Readers, language: Language, *, optional: bool) -> tuple[Choice, ...]:
    of_all = (Choice(value="", text=language.gettext("All authorities")),) if optional else ()
    named = (
        Choice(value=each, text=readers.code_lists.label("authorities", each, language.code)) for each in AUTHORITIES
    )
    return (*of_all, *named)


def _cards(readers: Readers, language: Language, onward: str) -> tuple[RoleCard, ...]:
    descriptions = {
        Role.EMPLOYER: language.gettext(
            "Sees the applications of one enterprise, answers requests for information and attaches documents."
        ),
        Role.REPRESENTATIVE: language.gettext("Does the same for employers, by mandate."),
        Role.WORKER: language.gettext("Sees their own data, and applies for a permit of unlimited duration."),
        Role.CASE_HANDLER: language.gettext("Handles and decides the applications of one authority."),
        Role.OPERATIONS: language.gettext("Monitors terms and queues in figures, without personal data."),
        Role.REGULATOR: language.gettext("Reads everything, changes nothing."),
    }
    return tuple(
        RoleCard(
            role=role,
            name=readers.code_lists.label("roles", role, language.code),
            described=descriptions[role],
            href="?" + urlencode({ROLE: role.value} | ({NEXT_PARAMETER: onward} if onward else {})),
        )
        for role in Role
    )


def _remedy(language: Language, why: CallerUnusable) -> str:
    """What to write instead; nothing of what was written."""
    match why.claim:
        case Claim.ENTERPRISE_NUMBER:
            return language.gettext(
                "Enter an enterprise number of 10 digits, such as 0202.239.951; the last two check the others."
            )
        case Claim.SSIN:
            return language.gettext(
                "Enter a national number of 11 digits, such as 42.01.22-051.81; the last two check the others."
            )
        case Claim.AUTHORITY:
            return language.gettext("Choose an authority.")
        case _:
            return language.gettext(
                "Enter a pseudonym of 1 to 64 letters, digits, points, hyphens or underscores, and no national number."
            )
