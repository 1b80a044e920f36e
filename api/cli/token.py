"""``permit token``: a token of the development issuer, to try the service with."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated, Final
from uuid import uuid4

import typer

from api.cli.lazy_group import among, one_of
from api.cli.output import Json, say
from api.server import LOOPBACK
from domain.codes import AUTHORITIES
from domain.identifiers import enterprise_number_digits, ssin_digits
from infra.clock import SystemClock
from infra.identity.accepted_issuer import issuer_for
from infra.identity.access_tokens import LONGEST_LIFETIME
from infra.identity.caller import Caller, CallerUnusable, Claim, Role
from infra.identity.development_issuer import WORKING_DAY
from infra.settings import load_settings

_HOUR: Final = timedelta(hours=1)
_FROM_STANDARD_INPUT: Final = "-"
_OPTION_OF: Final = {
    Claim.SUBJECT: "--subject",
    Claim.AUTHORITY: "--authority",
    Claim.ENTERPRISE_NUMBER: "--enterprise",
    Claim.SSIN: "--ssin",
}


def token(
    role: Annotated[Role, typer.Option(help="as whom to call")],
    authority: Annotated[
        str | None,
        typer.Option(
            help=f"of a caseHandler, operations or a regulator: {' | '.join(AUTHORITIES)}",
            callback=one_of(AUTHORITIES, "authority"),
            autocompletion=among(AUTHORITIES),
        ),
    ] = None,
    enterprise: Annotated[
        str | None, typer.Option(help="number of an employer or a representative: 0206731645 or BE 0206.731.645")
    ] = None,
    ssin: Annotated[
        str | None,
        typer.Option(metavar="-", help="of a worker: write - and give the number as a line of standard input"),
    ] = None,
    subject: Annotated[str, typer.Option(help="the pseudonym that the journal keeps")] = "development",
    hours: Annotated[int, typer.Option(min=1, max=LONGEST_LIFETIME // _HOUR, help="how long it lasts")] = (
        WORKING_DAY // _HOUR
    ),
    as_json: Json = False,
) -> None:
    """A token of the development issuer, for a service on this machine with the same PERMIT_HOME.

    It counts from the real time of now, also where a demonstration lives in another time.
    """
    issuer = issuer_for(load_settings(), LOOPBACK, create=False)
    caller = Caller(
        role=role,
        subject=subject,
        token_id=str(uuid4()),
        authority=authority,
        enterprise_number=None if enterprise is None else enterprise_number_digits(enterprise),
        ssin=None if ssin is None else _ssin_of_standard_input(ssin),
    )
    now = SystemClock().now().replace(microsecond=0)
    lifetime = hours * _HOUR
    try:
        issued = issuer.issue(caller, now=now, lifetime=lifetime)
    except CallerUnusable as why:
        raise typer.BadParameter(f"{_OPTION_OF[why.claim]}: {why.problem}; {why.remedy}") from None
    result = {
        "token": issued,
        "tokenId": caller.token_id,
        "role": role.value,
        "subject": subject,
        "expiresAt": (now + lifetime).isoformat(),
    }
    say(result, as_json, lambda: issued)


def _ssin_of_standard_input(option: str) -> str:
    """The number from the first line of standard input.

    The process list shows a command line to every user of the machine, and the shell's history keeps it.
    """
    if option != _FROM_STANDARD_INPUT:
        raise typer.BadParameter(
            "--ssin: a national number on a command line can be seen by others; write --ssin - and give the number "
            "on standard input"
        )
    return ssin_digits(sys.stdin.readline().strip())
