"""The guided tour of a demonstration that has been played: role, sign-in link and case."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.demonstration.callers import Callers
from api.demonstration.people import HANDLERS, OPERATIONS, REGULATOR, Party
from api.demonstration.plan import PlannedCase
from api.demonstration.played_before import ShownCase
from api.demonstration.showcases import Showcase
from api.pages.session import SIGN_IN_LINK
from infra.identity.chooser_secret import ChooserSecret
from infra.identity.sign_in_links import SignInLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A person to sign in as, and what is worth seeing: a page and its content."""

    who: str
    party: Party
    page: str
    what: str


def visits(planned: Sequence[PlannedCase], shown: Mapping[int, ShownCase]) -> list[Visit]:
    """One for each role."""
    filings = {each.number: each.filing for each in planned if each.number in tuple(Showcase)}

    def case(number: Showcase, what: str) -> tuple[str, str]:
        return f"/cases/{shown[number].id}", f"{shown[number].reference}: {what}"

    seen = {
        "case handler": (HANDLERS[0], *case(Showcase.TO_DECIDE, "to be decided; you can request information")),
        "employer": (filings[Showcase.TO_DECIDE].filer, *case(Showcase.EMPLOYER_TO_ANSWER, "a document is requested")),
        "representative": (
            filings[Showcase.REPRESENTATIVE_TO_ANSWER].filer,
            *case(Showcase.REPRESENTATIVE_TO_ANSWER, "a document is requested, on behalf of an employer"),
        ),
        "worker": (
            filings[Showcase.WORKER_TO_ANSWER].filer,
            *case(Showcase.WORKER_TO_ANSWER, "a document is requested"),
        ),
        "operations": (OPERATIONS, "/board", "the service levels, and every late case behind its number"),
        "regulator": (REGULATOR, *case(Showcase.TO_DECIDE, "all of it, read-only")),
    }
    return [Visit(who=who, party=party, page=page, what=what) for who, (party, page, what) in seen.items()]


def guide(address: str, found: Sequence[Visit], callers: Callers, links: SignInLinks, secret: ChooserSecret) -> str:
    """For a terminal: for each role a link that signs in, once, and the page to open then."""
    lines = [
        f"The pages: {address}/",
        "",
        "Each link signs you in with one click, and works once, while this runs:",
        "",
    ]
    for visit in found:
        link = links.make(callers.token_of(visit.party))
        lines += [
            f"  {visit.who:15} {address}{SIGN_IN_LINK}/{link}",
            f"  {'':15} {visit.what}",
            f"  {'':15} {address}{visit.page}",
        ]
    lines += ["", f"Or choose a role on the start page, as often as you like, with the secret {secret.text}"]
    return "\n".join(lines)


def commands_to_try(home: Path) -> list[str]:
    """To be copied into another shell, in the same folder."""
    return [
        f"{_program(home)} {arguments}"
        for arguments in ("audit verify", "audit replay --all", "law show flanders highlySkilled --on 2026-02-01")
    ]


def _program(home: Path) -> str:
    """How this program was called, with the home it was given."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        words = [sys.executable, "-m", "api.cli"]
    else:
        words = [os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)]
    given = f"PERMIT_HOME={shlex.quote(str(home))} " if os.environ.get("PERMIT_HOME") else ""
    return given + shlex.join(words)
