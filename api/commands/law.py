"""``permit law``: what the law says on a day and as known on a day, whether its data are sound, and all of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.law_document import law_document
from domain.case.codes import CATEGORIES
from domain.law.law_checks import check_law
from domain.law.law_files import LAW_AUTHORITIES
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from domain.law.show import show

app = typer.Typer(help="The law as this program holds it.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]
_AsJson = Annotated[bool, typer.Option("--json", help="one JSON object on standard output")]
_Rules = Annotated[
    Path | None, typer.Option("--rules", help="another directory of law files: <authority>/*.toml", file_okay=False)
]


@app.callback()
def _law() -> None:
    """The law as this program holds it."""


@app.command("show")
def show_threshold(
    authority: Annotated[str, typer.Argument(help=" | ".join(LAW_AUTHORITIES))],
    category: Annotated[str, typer.Argument(help="a category code, such as highlySkilled")],
    on: Annotated[datetime, typer.Option(formats=_DAY, help="the day on which the law is asked")],
    known_on: Annotated[datetime | None, typer.Option(formats=_DAY, help="only what was known by this day")] = None,
    rules: _Rules = None,
    as_json: _AsJson = False,
) -> None:
    """The salary threshold of a category on a day, with its source and confidence."""
    if authority not in LAW_AUTHORITIES:
        raise typer.BadParameter(f"{authority!r} is no authority; there are {', '.join(LAW_AUTHORITIES)}")
    if category not in CATEGORIES:
        raise typer.BadParameter(f"{category!r} is no category; there are {', '.join(CATEGORIES)}")
    known = None if known_on is None else known_on.date()
    found = show(Rulebook.load(rules), authority, category, on.date(), known)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        for name, value in found.items():
            typer.echo(f"{name:16} {'-' if value is None else value}")


@app.command("check")
def check(rules: _Rules = None, as_json: _AsJson = False) -> None:
    """Prove the law data: no overlap, no silent gap, sources, percentages, disputes, readings, kept rule sets.

    A file that cannot be read at all is named with its line and the remedy. Exit 1 when anything is found.
    """
    rule_sets = RuleSets(Rulebook.load(rules))
    findings = check_law(rule_sets)
    told = {
        "sound": not findings,
        "ruleSet": rule_sets.current.sha256,
        "provisions": len(rule_sets.current.provisions),
        "earlierRuleSets": list(rule_sets.earlier()),
        "findingCount": len(findings),
        "findings": [asdict(each) for each in findings],
    }
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"{told['provisions']} provisions, rule set {told['ruleSet']}")
        for each in findings:
            typer.echo(f"{each.check}: {each.authority} {each.entry}: {each.sentence}")
        typer.echo(f"{len(findings)} found" if findings else "the law data are sound")
    if findings:
        raise typer.Exit(1)


@app.command("document")
def document(rules: _Rules = None) -> None:
    """The whole law as one page of Markdown: docs/law.md is what this prints."""
    typer.echo(law_document(Rulebook.load(rules)), nl=False)
