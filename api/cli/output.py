"""What every command says in the same way: one JSON object or readable text, findings, refusals, exit codes.

0  done, and nothing found
1  a finding: the two sides differ, a verdict is not as recorded, somebody else is at work
2  refused: wrong use, a wrong setting, something that is missing; nothing was changed
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final, NoReturn

import typer

from api.cli.readable import readable

FINDING: Final = 1
REFUSED: Final = 2

Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]


def say(found: Mapping[str, Any], as_json: bool, text: Callable[[], str] | None = None) -> None:
    """The result of a command: as JSON where that was asked for, else as ``text``, else as lines and tables."""
    if as_json:
        typer.echo(json.dumps(found))
    else:
        typer.echo(text() if text is not None else readable(found))


def end(sentence: str, code: int) -> NoReturn:
    """End the command with a sentence on standard error."""
    typer.echo(f"permit: {sentence}", err=True)
    raise typer.Exit(code)


def finding_if(found: object) -> None:
    """End with the exit code of a finding where there is one; it was said before."""
    if found:
        raise typer.Exit(FINDING)


def this_user() -> str:
    """Who does it, as this machine knows them; in a container an account may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # KeyError before Python 3.13
        return str(os.getuid())


@contextmanager
def ending_with(code: int, *errors: type[Exception], prefix: str = "", remedy: str = "") -> Iterator[None]:
    """These errors end the command with their sentence and this exit code."""
    try:
        yield
    except errors as why:
        end(f"{prefix}{why}{remedy}", code)
