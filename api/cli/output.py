"""The output that is the same for every command: one JSON object or readable text, findings, refusals, exit codes.

A command ends by returning, or by :func:`end` and :func:`finding_if`. An ``Unusable`` that it does not catch ends it as
a refusal; see :func:`api.cli.main.main`.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import typer

from api.cli.readable import readable, table


class ExitCode(IntEnum):
    """What a shell sees of a command that has ended. 0 is: done, and nothing found."""

    FINDING = 1
    """The two sides differ, a verdict is not as recorded, another process is at work."""
    REFUSED = 2
    """Wrong use, a wrong setting, something that is missing; nothing was changed."""
    FAULT = 70
    """A fault of this program: EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130
    """Ctrl-C (128 + SIGINT)."""
    PIPE_CLOSED = 141
    """The reader of the output went away (128 + SIGPIPE)."""


Json = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
By = Annotated[str | None, typer.Option(help="your name; by default, your user name on this machine")]


def say(found: Mapping[str, Any], as_json: bool, text: Callable[[], str] | None = None) -> None:
    """The result of a command: as JSON where requested, else as ``text``, else as lines and tables."""
    if as_json:
        typer.echo(json.dumps(found))
    else:
        typer.echo(text() if text is not None else readable(found))


def say_rows(name: str, rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """A result that is a list: as JSON under its name, else as a table, or "none"."""
    say({name: rows}, as_json, lambda: table(rows) if rows else "none")


def say_sentence(sentence: str) -> None:
    """A sentence on standard error, in the form of all that end a command."""
    typer.echo(f"permit: {sentence}", err=True)


def end(sentence: str, code: ExitCode) -> NoReturn:
    """End the command with a sentence on standard error."""
    say_sentence(sentence)
    raise typer.Exit(code)


def finding_if(found: object) -> None:
    """End with the exit code of a finding where there is one; it was reported before."""
    if found:
        raise typer.Exit(ExitCode.FINDING)


def by_whom(by: str | None) -> str:
    """The name that was given, else this user."""
    return by or this_user()


def this_user(name: Callable[[], str] = getpass.getuser) -> str:
    """The user, as this machine knows them; in a container an account may have a number and no name."""
    try:
        return name()
    except (KeyError, OSError):  # KeyError before Python 3.13
        return str(os.getuid())


@contextmanager
def ending_with(code: ExitCode, *errors: type[Exception], prefix: str = "", remedy: str = "") -> Iterator[None]:
    """These errors end the command with their sentence and this exit code."""
    try:
        yield
    except errors as why:
        end(f"{prefix}{why}{remedy}", code)
