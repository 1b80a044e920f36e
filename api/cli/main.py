"""``permit``: the command line; :class:`api.cli.output.ExitCode` lists how a command may end."""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn

import typer

from api.cli.lazy_group import CONTEXT, LazyGroup
from api.cli.output import ExitCode, say_sentence
from api.cli.tree import PERMIT
from domain.unusable import Unusable
from infra.garbage_collection import collect_rarely

_COMPLETION: Final = ("--install-completion", "--show-completion")


@dataclass(slots=True)
class Shown:
    """What the options before the command say about what is shown of an unexpected error."""

    traceback: bool = False


class PermitGroup(LazyGroup):
    """All commands; see :data:`api.cli.tree.PERMIT`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(section=PERMIT, **attributes)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """``permit help token`` is ``permit token --help``."""
        rest: list[str] = super().parse_args(ctx, [*args[1:], "--help"] if args[:1] == ["help"] else args)
        return rest


app = typer.Typer(
    name="permit", cls=PermitGroup, context_settings=CONTEXT, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"permit {version('single-permit')}")
    except PackageNotFoundError:
        raise Unusable("permit is not installed, so it has no version: run `make env`, or install its wheel") from None
    raise typer.Exit


@app.callback()
def permit(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unexpected error.")] = False,
) -> None:
    if isinstance(context.obj, Shown):
        context.obj.traceback = debug


def main(arguments: Sequence[str] | None = None, *, commands: typer.Typer = app) -> None:
    """Run the command line: whatever a person typed or set, it ends with a sentence and an exit code.

    ``arguments`` are those of this process unless others are given.
    """
    if arguments is None:
        collect_rarely()
    given = sys.argv[1:] if arguments is None else list(arguments)
    shown = Shown()
    try:
        _prepare_streams()
        _require_text(given)
        typer.main.get_command(commands)(given, prog_name="permit", obj=shown)
    except SystemExit as ended:
        if ended.code == 1 and not {*_COMPLETION}.isdisjoint(given):
            _end("the shell was not recognised: run this in bash, zsh, fish or PowerShell itself", ExitCode.REFUSED)
        raise
    except Unusable as why:
        _end(str(why), ExitCode.REFUSED)
    except KeyboardInterrupt:
        raise SystemExit(ExitCode.INTERRUPTED) from None
    except BrokenPipeError:
        raise SystemExit(ExitCode.PIPE_CLOSED) from None
    except OSError as why:
        if shown.traceback:
            traceback.print_exc()
        _end(_of_the_system(why), ExitCode.REFUSED)
    except Exception as why:
        _end(_of_the_program(why, shown), ExitCode.FAULT)
    finally:
        _finish_output()


def _end(sentence: str, code: ExitCode) -> NoReturn:
    say_sentence(sentence)
    raise SystemExit(code) from None


def _prepare_streams() -> None:
    """Three open streams that take any text: a character that an old terminal does not know is written as its code."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - for the life of the process
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115 - for the life of the process
    if sys.stdout is None:
        raise Unusable("standard output is closed: send it somewhere, or to /dev/null")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _require_text(arguments: Sequence[str]) -> None:
    """Python hands on bytes that are no text as lone surrogates, which no database and no file name of ours takes."""
    for each in arguments:
        if any("\ud800" <= character <= "\udfff" for character in each):
            raise Unusable(
                f"the argument {each!a} is no text in UTF-8: write it in UTF-8 and set LC_ALL=C.UTF-8, "
                "or rename the file"
            )


def _of_the_system(why: OSError) -> str:
    """What the operating system refused, in a sentence that begins with the place."""
    where = f"{why.filename}: " if why.filename else ""
    remedy = {
        errno.ENOSPC: "make room on that disk and run the command again",
        errno.EDQUOT: "make room on that disk and run the command again",
        errno.EACCES: "give this user the right to it, or name another place",
        errno.EPERM: "give this user the right to it, or name another place",
        errno.EROFS: "name a place that can be written to, or set PERMIT_HOME to one",
        errno.ENOENT: "name one that exists",
        errno.EISDIR: "name a file",
        errno.ENOTDIR: "name a directory",
        errno.ENAMETOOLONG: "name a shorter path",
    }.get(why.errno or 0, "correct that and run the command again; `permit --debug` shows where it arose")
    return f"{where}{why.strerror or type(why).__name__}. Please {remedy}"


def _of_the_program(why: Exception, shown: Shown) -> str:
    """A fault of ours. Its text may hold anything, so it is written to a file of this user and not to a log."""
    kind = type(why).__name__
    report = "please report it with the traceback"
    if shown.traceback:
        traceback.print_exc()
        return f"unexpected error ({kind}). This is a fault of permit: {report} above"
    try:
        descriptor, name = tempfile.mkstemp(prefix="permit-error-", suffix=".txt")
        with os.fdopen(descriptor, "w", errors="backslashreplace") as file:
            traceback.print_exception(why, file=file)
    except OSError:
        return f"unexpected error ({kind}). This is a fault of permit: {report} that `permit --debug` shows"
    return f"unexpected error ({kind}). This is a fault of permit: {report}, which is in {name}"


def _finish_output() -> None:
    """Write what is left; where nothing can read it any more, Python must not try again at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
