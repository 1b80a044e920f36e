"""``permit law``: the law on a day and as known on a day, checks of its data, and all of it as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.days import DAY, day, today
from api.cli.lazy_group import among, one_of
from api.cli.output import Json, finding_if, say
from api.cli.readable import readable
from api.http.assessment_content import tellers_of
from api.words.code_lists import CodeLists
from api.words.languages import SOURCE_LANGUAGE, Languages
from api.words.law_document import law_document
from api.words.sentences.legal_references import cited
from domain.codes import CATEGORIES
from domain.law.published.law_checks import check_law, note_law
from domain.law.published.threshold import show
from domain.law.readers.law_files import LAW_AUTHORITIES
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook

_Rules = Annotated[
    Path | None,
    typer.Option("--rules", help="another directory of law files: <authority>/*.toml", exists=True, file_okay=False),
]


def show_threshold(
    authority: Annotated[
        str,
        typer.Argument(
            help=" | ".join(LAW_AUTHORITIES),
            callback=one_of(LAW_AUTHORITIES, "authority"),
            autocompletion=among(LAW_AUTHORITIES),
        ),
    ],
    category: Annotated[
        str,
        typer.Argument(
            help="a category code, such as highlySkilled",
            callback=one_of(CATEGORIES, "category"),
            autocompletion=among(CATEGORIES),
        ),
    ],
    on: Annotated[date, typer.Option(parser=day, metavar=DAY, help="the day whose law is shown")],
    known_on: Annotated[
        date | None, typer.Option(parser=day, metavar=DAY, help="only what was known by this day")
    ] = None,
    rules: _Rules = None,
    as_json: Json = False,
) -> None:
    """The salary threshold of a category on a day, with its source and confidence."""
    found = show(Rulebook.load(rules), authority, category, on, known_on)
    say(found, as_json, lambda: _as_cited(found))


def _as_cited(found: Mapping[str, Any]) -> str:
    """For people: act and article as pages and findings cite them. The JSON has the codes they are written from."""
    english = tellers_of(Languages.load(), CodeLists.load())[SOURCE_LANGUAGE]
    return readable({**found, "legalReference": cited(found["legalReference"], english)})


def check(
    rules: _Rules = None,
    on: Annotated[
        date | None,
        typer.Option(parser=day, metavar=DAY, help="the day for which amounts must be published; without it, today"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Prove the law data: no overlap, no silent gap, sources, percentages, disputes, readings, kept rule sets.

    A file that cannot be read at all is named with its line and the remedy. Exit 1 when anything is found. Notes name
    the amounts whose publication has ended, or ends within a month: they are no fault, and leave the exit code at 0.
    """
    rule_sets = RuleSets(Rulebook.load(rules))
    findings = check_law(rule_sets)
    noted_on = today() if on is None else on
    notes = note_law(rule_sets.current, noted_on)
    result = {
        "sound": not findings,
        "ruleSet": rule_sets.current.sha256,
        "provisions": len(rule_sets.current.provisions),
        "earlierRuleSets": list(rule_sets.earlier()),
        "findingCount": len(findings),
        "findings": [asdict(each) for each in findings],
        "notedOn": noted_on.isoformat(),
        "notes": [asdict(each) for each in notes],
    }
    lines = [f"{result['provisions']} provisions, rule set {result['ruleSet']}"]
    lines += [f"{each.check}: {each.authority} {each.entry}: {each.sentence}" for each in findings]
    lines += [f"note ({noted_on}): {each.authority} {each.entry}: {each.sentence}" for each in notes]
    lines.append(f"{len(findings)} found" if findings else "the law data are sound")
    say(result, as_json, lambda: "\n".join(lines))
    finding_if(findings)


def document(rules: _Rules = None) -> None:
    """The whole law as one page of Markdown: docs/law.md is what this prints."""
    english = tellers_of(Languages.load(), CodeLists.load())[SOURCE_LANGUAGE]
    typer.echo(law_document(Rulebook.load(rules), english), nl=False)
