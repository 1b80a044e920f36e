"""``permit law``: what the law says, on a day and as known on a day."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from domain.case.codes import AUTHORITIES, CATEGORIES
from domain.law.rulebook import Rulebook
from domain.law.show import show

app = typer.Typer(help="The law as this program holds it.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]


@app.callback()
def _law() -> None:
    """The law as this program holds it."""


@app.command("show")
def show_threshold(
    authority: Annotated[str, typer.Argument(help=" | ".join(AUTHORITIES))],
    category: Annotated[str, typer.Argument(help="a category code, such as highlySkilled")],
    on: Annotated[datetime, typer.Option(formats=_DAY, help="the day on which the law is asked")],
    known_on: Annotated[datetime | None, typer.Option(formats=_DAY, help="only what was known by this day")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on standard output")] = False,
) -> None:
    """The salary threshold of a category on a day, with its source and confidence."""
    if authority not in AUTHORITIES:
        raise typer.BadParameter(f"{authority!r} is no authority; there are {', '.join(AUTHORITIES)}")
    if category not in CATEGORIES:
        raise typer.BadParameter(f"{category!r} is no category; there are {', '.join(CATEGORIES)}")
    known = None if known_on is None else known_on.date()
    found = show(Rulebook.load(), authority, category, on.date(), known)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        for name, value in found.items():
            typer.echo(f"{name:16} {'-' if value is None else value}")
