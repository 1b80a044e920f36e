"""``permit audit what-if`` and ``permit audit rests-on``: how far another rule, or an error, reaches."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.days import DAY, day
from api.cli.lazy_group import among, one_of
from api.cli.output import Json, say
from api.cli.progress import progress_bar
from api.cli.workers import Workers
from api.composition import open_program
from domain.audit.what_if import JudgedAgain
from domain.codes import AUTHORITIES
from infra.audit.reach import Ground, RestingDecision, decisions_resting_on
from infra.audit.what_if import Choice, OtherLaw, WhatIfReport, judge_all_again
from infra.settings import load_settings

_SHA256: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}", re.ASCII)


def what_if(
    rules: Annotated[
        Path, typer.Option(help="a directory of law files: <authority>/*.toml", exists=True, file_okay=False)
    ],
    reading: Annotated[
        list[str] | None, typer.Option(help="answer an open question otherwise: decidingDate=decidedOn")
    ] = None,
    from_: Annotated[
        date | None, typer.Option("--from", parser=day, metavar=DAY, help="decided on this day (in Brussels) or later")
    ] = None,
    to: Annotated[
        date | None, typer.Option(parser=day, metavar=DAY, help="decided on this day or earlier; the day is included")
    ] = None,
    authority: Annotated[
        str | None,
        typer.Option(
            help=" | ".join(AUTHORITIES), callback=one_of(AUTHORITIES, "authority"), autocompletion=among(AUTHORITIES)
        ),
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Assess the decided cases again under another rule set: who would win, who would lose. Nothing is written.

    Each is compared with the outcome today, on the same facts, of the rule set it was decided under.
    """
    if from_ is not None and to is not None and from_ > to:
        raise typer.BadParameter("--from is after --to: no day lies between them")
    choice = Choice(from_=from_, to=to, authority=authority)
    law = OtherLaw(directory=rules, readings=readings_of(reading))
    with open_program(load_settings()) as program, progress_bar("decisions judged again") as on_progress:
        report = judge_all_again(program.log, law, choice, workers=workers, on_progress=on_progress)
    result = _report(report)
    say(result, as_json)


def readings_of(given: list[str] | None) -> dict[str, str]:
    """``QUESTION=READING`` by question. Raises typer.BadParameter."""
    found: dict[str, str] = {}
    for each in given or ():
        question, equals, reading = each.partition("=")
        if not equals or not question or not reading:
            raise typer.BadParameter(f"{each!r} is no reading: write QUESTION=READING, such as decidingDate=decidedOn")
        found[question] = reading
    return found


def rests_on(
    rule: Annotated[str | None, typer.Option(help="the id of a provision, such as FL-HS-2025")] = None,
    answer: Annotated[str | None, typer.Option(help="the ticket of an answer of the Crossroads Bank")] = None,
    document: Annotated[str | None, typer.Option(help="the SHA-256 of a document, in hexadecimal")] = None,
    as_json: Json = False,
) -> None:
    """Every decision that is based on a rule, an answer, or a document."""
    given = {Ground.RULE: rule, Ground.ANSWER: answer, Ground.DOCUMENT: document}
    named = [(ground, name) for ground, name in given.items() if name is not None]
    if len(named) != 1:
        raise typer.BadParameter("name one thing: --rule ID, --answer TICKET or --document SHA256")
    ground, name = named[0]
    if ground is Ground.DOCUMENT and _SHA256.fullmatch(name) is None:
        raise typer.BadParameter("--document is a SHA-256, written as 64 lower-case hexadecimal digits")
    if _NAME.fullmatch(name) is None:
        raise typer.BadParameter(f"--{ground.value} is an id of letters, digits, dots, colons and hyphens")
    with open_program(load_settings()) as program:
        found = decisions_resting_on(program.unhurried_readers, ground, name)
    result = {
        "kind": ground.value,
        "id": name,
        "decisionCount": len(found),
        "decisions": [_resting(each) for each in found],
    }
    say(result, as_json)


def _report(report: WhatIfReport) -> dict[str, Any]:
    tally = report.tally
    return {
        "ruleSet": report.rule_set,
        "baseline": [
            {"ruleSet": rule_set, "cases": cases, "kept": rule_set not in report.not_kept}
            for rule_set, cases in sorted(tally.baselines.items())
        ],
        "standsIn": report.in_use if report.not_kept else None,
        "upTo": report.up_to,
        "cases": tally.decisions,
        "withheld": tally.withheld,
        "unreadableCount": tally.unreadable,
        "changedCount": len(tally.changed),
        "winners": sum(each.winners for each in tally.by_category.values()),
        "losers": sum(each.losers for each in tally.by_category.values()),
        "byCategory": [
            {
                "authority": authority,
                "category": category,
                "cases": each.cases,
                "winners": each.winners,
                "losers": each.losers,
                "toUndetermined": each.undetermined,
            }
            for (authority, category), each in sorted(tally.by_category.items())
        ],
        "changed": [_changed(each, report) for each in tally.changed],
    }


def _changed(again: JudgedAgain, report: WhatIfReport) -> dict[str, Any]:
    return {
        "case": str(again.case_id),
        "reference": report.references.get(again.case_id),
        "version": again.version,
        "authority": again.authority,
        "category": again.category,
        "decidedOn": again.decided_on.isoformat(),
        "was": again.was,
        "becomes": again.becomes,
        "direction": again.direction.value,
        "rules": list(again.rules),
    }


def _resting(decision: RestingDecision) -> dict[str, Any]:
    return {
        "case": str(decision.case_id),
        "reference": decision.reference,
        "version": decision.version,
        "event": decision.event,
        "outcome": decision.outcome,
        "decidedOn": decision.decided_on.isoformat(),
    }
