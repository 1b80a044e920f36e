"""Commands that are known by name, help and example, and imported only when one of them is used.

``permit --help``, ``--version``, a wrong word and shell completion show or need the names only: importing every
command for that would cost some two seconds of processor time at each press of the tab key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from api.cli.output import ExitCode
from api.cli.wrong_values import sentence_of

CONTEXT: Final[dict[str, Any]] = {"help_option_names": ["--help", "-h"], "max_content_width": 100}

_QUOTED: Final = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command. ``target`` is ``module:function`` under ``api.cli``.

    ``help`` is how the function's docstring begins; ``example`` are the arguments after ``permit``, as typed.
    """

    name: str
    target: str
    help: str
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """Commands under a common first word."""

    name: str
    help: str
    entries: tuple[Entry | Section, ...]

    @property
    def example(self) -> str:
        """That of its first command."""
        return self.entries[0].example


class LazyGroup(TyperGroup):
    """The commands of a section. Each is a stand-in with name and help until it is called or completed."""

    def __init__(self, *, section: Section, **attributes: Any) -> None:
        super().__init__(
            **{
                **attributes,
                "name": section.name,
                "help": section.help,
                "short_help": section.help.removesuffix("."),
                "epilog": epilog_of(section.example),
                "commands": [_stand_in(each) for each in section.entries],
                "no_args_is_help": True,
                "rich_markup_mode": None,
            }
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the base class, which also suggests similar names, but with the command itself."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.loaded() if isinstance(command, _LazyCommand) else command, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a wrong value is refused in a plain sentence, a wrong word with those that are similar."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = with_suggestion(sentence_of(wrong))
            raise
        except BrokenPipeError:
            raise typer.Exit(ExitCode.PIPE_CLOSED) from None  # Typer would make it 1, which is a finding here


def one_of(choices: Sequence[str], what: str) -> Callable[[str | None], str | None]:
    """The callback of a parameter whose value is one of these words; ``what`` is what they are, such as "authority"."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in choices:
            known = ", ".join(f"'{each}'" for each in choices)
            raise typer.BadParameter(f"{value!r} is no {what}: it is not one of {known}.")
        return value

    return check


def among(choices: Sequence[str]) -> Callable[[], list[str]]:
    """For ``autocompletion``: the words that are possible there."""
    return lambda: list(choices)


def with_suggestion(message: str) -> str:
    """ "'flandres' is not one of 'flanders', 'brussels'." with "Did you mean 'flanders'?" after it."""
    message = message.removeprefix("Value error, ")  # of the library that checks enumerations
    if "is not one of" not in message or "Did you mean" in message:
        return message
    given, *known = _QUOTED.findall(message)
    lower = {each.lower(): each for each in known}
    alike = difflib.get_close_matches(given.lower(), lower, n=2)
    if not alike:
        return message
    return f"{message} Did you mean {' or '.join(repr(lower[each]) for each in alike)}?"


def epilog_of(example: str) -> str:
    """An example at the end of a help text; the first character keeps it on a line of its own."""
    return f"\b\nExample:\n  permit {example}"


def loaded(entry: Entry) -> Any:
    """The command itself: imports its module."""
    module, _, function = entry.target.partition(":")
    single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    command = getattr(import_module(f"api.cli.{module}"), function)
    single.command(entry.name, short_help=entry.help, epilog=epilog_of(entry.example))(command)
    return typer.main.get_command(single)


class _LazyCommand(TyperCommand):
    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.name, short_help=entry.help)
        self._entry = entry

    def loaded(self) -> Any:
        """Imports the command, and sets up its logging first."""
        from infra.structured_logs import configure_logging

        configure_logging()
        return loaded(self._entry)


def _stand_in(entry: Entry | Section) -> Any:
    return LazyGroup(section=entry) if isinstance(entry, Section) else _LazyCommand(entry)
