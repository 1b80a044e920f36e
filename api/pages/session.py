"""Who reads a page: the access token of the reader, kept in a cookie that only this service is ever sent.

There is no session on the server: the cookie holds the token itself, which is verified with every request. What the
server remembers is who has signed out, for as long as the token would have lasted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response

from api.http.authentication import Authentication
from api.http.problems import RequestRefused
from api.http.quotas import Quotas
from api.pages.rendering import Link, PageFrame
from api.permissions import Action
from api.services.access import Access, AuthorisedCaller
from api.words.code_lists import CodeLists
from api.words.languages import Language, Languages
from infra.identity.caller import Caller, Role
from infra.identity.errors import TokenFault
from infra.sealed_notes import SealedNotes

SESSION_COOKIE: Final = "session"
"""Over plain HTTP, which is for this machine alone."""
_SECURE_SESSION_COOKIE: Final = "__Host-session"
"""Over HTTPS: a browser takes it only from this very host, over HTTPS, for all paths, and no other host can set it."""
DONE_PARAMETER: Final = "done"
NEXT_PARAMETER: Final = "next"
EXPIRED_PARAMETER: Final = "expired"
ENTRANCE: Final = "/"
SIGN_OUT: Final = "/session/end"
SIGN_IN_LINK: Final = "/session/link"
"""The part before the secret in the address of a one-time sign-in link."""
LAW: Final = "/law"
"""Open to everyone, so every page links to it."""

FIRST_PAGES: Final[Mapping[Role, str]] = {
    Role.EMPLOYER: "/employer",
    Role.REPRESENTATIVE: "/employer",
    Role.WORKER: "/employer",
    Role.CASE_HANDLER: "/queue",
    Role.OPERATIONS: "/board",
    Role.REGULATOR: "/board",
}
"""Where each role begins its day."""

SEARCH: Final = "/search"
"""Where officials look for a case."""

_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~?=&%+:,;-]{0,500}", re.ASCII)
OWN_ROLES: Final = (Role.EMPLOYER, Role.REPRESENTATIVE, Role.WORKER)


class NotSignedIn(Exception):
    """The reader is not, or no longer, signed in; ``next_path`` is the page they requested."""

    def __init__(self, next_path: str, *, expired: bool) -> None:
        super().__init__("not signed in")
        self.next_path = next_path
        self.expired = expired

    def way_through(self, entrance: str) -> str:
        """The address of an entrance, from which signing in leads to the page requested."""
        parameters = {NEXT_PARAMETER: self.next_path} | ({EXPIRED_PARAMETER: "yes"} if self.expired else {})
        return f"{entrance}?{urlencode(parameters)}"


class Readers:
    """The readers of the pages: who they are by their cookie, what they may do, and where they can go."""

    def __init__(
        self,
        access: Access,
        authentication: Authentication,
        quotas: Quotas,
        languages: Languages,
        code_lists: CodeLists,
        notes: SealedNotes,
    ) -> None:
        self.access = access
        self._authentication = authentication
        self._quotas = quotas
        self._languages = languages
        self.code_lists = code_lists
        self._notes = notes

    def caller(self, request: Request) -> Caller:
        """Who is signed in. Raises :class:`NotSignedIn`."""
        token = request.cookies.get(_cookie_of(request))
        if not token:
            raise NotSignedIn(requested_path(request), expired=False)
        try:
            return self._authentication.bearer_of(token)
        except RequestRefused as why:
            expired = why.problem.type.code == TokenFault.EXPIRED
            raise NotSignedIn(requested_path(request), expired=expired) from None

    def bearer_of(self, token: str) -> Caller:
        """The bearer of a token that was given at the entrance. Raises :class:`RequestRefused` (401)."""
        return self._authentication.bearer_of(token)

    def sign_out(self, request: Request) -> None:
        """End the session of the reader, if there is one: its token is accepted no more, here and by the interface."""
        if token := request.cookies.get(_cookie_of(request)):
            with suppress(RequestRefused):  # that it is not accepted is what is wanted
                self._authentication.sign_out(token)

    def authorised(self, request: Request, action: Action) -> AuthorisedCaller:
        """The reader with the reach of that role.

        Raises :class:`NotSignedIn`, ``NotPermitted`` and :class:`RequestRefused` (429).
        """
        caller = self.caller(request)
        self._quotas.admit(request, caller)
        return self.access.authorise(caller, action)

    def authorised_in(self, request: Request, action: Action, authority: str) -> AuthorisedCaller:
        """As :meth:`authorised`, for what is about an authority: ``NotPermitted`` too where it is another's."""
        caller = self.authorised(request, action)
        self.access.require_in(caller, authority, "This is for the authority concerned: ask a colleague there.")
        return caller

    def frame(self, request: Request, caller: Caller, here: str) -> PageFrame:
        """The frame of a page for this reader; ``here`` is the path of the entry of the navigation."""
        language = self._languages.chosen(request)
        return PageFrame(
            authority=caller.authority,
            navigation=tuple(
                Link(href=href, text=text, here=href == here) for href, text in self._ways(language, caller)
            ),
            reader=f"{self.code_lists.label('roles', caller.role, language.code)} {caller.subject}",
            sign_out_href=SIGN_OUT,
            home_href=FIRST_PAGES[caller.role],
            search_href=SEARCH if here != SEARCH and self.access.may(caller, Action.SEARCH_CASES) else None,
        )

    def public_frame(self, request: Request, here: str) -> PageFrame:
        """The frame of a public page; a signed-in reader has their own navigation."""
        try:
            return self.frame(request, self.caller(request), here)
        except NotSignedIn:
            language = self._languages.chosen(request)
            return PageFrame(
                navigation=(Link(href=LAW, text=language.gettext("Rules and calculator"), here=here == LAW),)
            )

    def has_expired(self, request: Request) -> bool:
        """Whether there is a session that has ended by its time."""
        try:
            self.caller(request)
        except NotSignedIn as why:
            return why.expired
        return False

    def is_official(self, request: Request) -> bool:
        """Whether the signed-in reader works for an authority, and is no party to an application."""
        try:
            return self.caller(request).role not in OWN_ROLES
        except NotSignedIn:
            return False

    def note(self, caller: Caller, what: str, about: UUID | str) -> tuple[str, str]:
        """The parameter by which the page about something tells this reader, and nobody else, what they did to it."""
        return DONE_PARAMETER, self._notes.sealed(what, by=caller.actor, about=str(about))

    def what_was_done(self, request: Request, caller: Caller, about: UUID | str) -> str:
        """What the address says that this reader did to it; empty where it says nothing that this service wrote."""
        given = request.query_params.get(DONE_PARAMETER)
        return self._notes.opened(given, by=caller.actor, about=str(about)) or ""

    def _ways(self, language: Language, caller: Caller) -> tuple[tuple[str, str], ...]:
        """Where this reader can go, by the permission table for the role."""
        ways = (
            ("/employer", language.gettext("My applications"), caller.role in OWN_ROLES),
            ("/drafts", language.gettext("Drafts"), self.access.may(caller, Action.FILE_APPLICATION)),
            ("/queue", language.gettext("Work queue"), self.access.may(caller, Action.READ_WORK_QUEUE)),
            ("/board", language.gettext("Service levels"), self.access.may(caller, Action.READ_SERVICE_LEVELS)),
            ("/migration", language.gettext("Migration"), self.access.may(caller, Action.READ_MIGRATIONS)),
            (LAW, language.gettext("Rules and calculator"), True),
        )
        return tuple((href, text) for href, text, open_to_him in ways if open_to_him)


def local_path(text: str | None) -> str | None:
    """A path of this service as requested, or None for anything that might lead elsewhere."""
    return text if text is not None and _LOCAL_PATH.fullmatch(text) else None


def requested_path(request: Request) -> str:
    """The path and query of a request, if one could be led back to it after signing in."""
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(request.url.path + query) or ENTRANCE


def begin_session(response: Response, request: Request, token: str) -> None:
    """Keep the token in the browser until it is closed; scripts and other sites never see it."""
    response.set_cookie(
        _cookie_of(request), token, path="/", secure=_is_secure(request), httponly=True, samesite="strict"
    )


def is_looking_ahead(request: Request) -> bool:
    """Whether a browser loads a page in advance, before anybody has followed the link to it."""
    return any("prefetch" in request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))


def comes_from_elsewhere(request: Request) -> bool:
    """Whether another site leads here: a browser then follows a redirection without the cookie of the session."""
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def end_session(response: Response, request: Request) -> None:
    response.delete_cookie(_cookie_of(request), path="/", secure=_is_secure(request), httponly=True, samesite="strict")


def _cookie_of(request: Request) -> str:
    return _SECURE_SESSION_COOKIE if _is_secure(request) else SESSION_COOKIE


def _is_secure(request: Request) -> bool:
    """Whether the caller came over HTTPS, by what is believed of it."""
    return request.url.scheme == "https"
