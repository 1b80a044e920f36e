"""``permit assess``: the assessment of facts in a file by the law, as known on a day. Nothing is stored."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.days import DAY, day, today
from api.cli.output import ExitCode, Json, say, say_sentence
from api.http.assessment_content import Tellers, assessment_answer, tellers_of
from api.http.problems import Place, input_problem, located
from api.http.routes.assessments import stated_facts
from api.services.law import assess_facts
from api.words.code_lists import CodeLists
from api.words.languages import SOURCE_LANGUAGE, Languages
from api.words.sentences.readings import readings_text
from domain.case.refusals import InvalidInput
from domain.case.stated_facts import StatedFacts
from domain.law.other_readings import Readings
from domain.law.rulebook import ReadingUnknown, Rulebook
from infra.limits import BodyLimits

STANDARD_INPUT: Final = "-"


def assess(
    facts: Annotated[str, typer.Argument(metavar="FACTS.json", help="the facts as JSON; - reads standard input")],
    known_on: Annotated[
        date | None, typer.Option(parser=day, metavar=DAY, help="only the law known by this day; without it, by today")
    ] = None,
    rules: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="a directory of law files instead of ours")
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(metavar="QUESTION=READING", help="answer an open question of the law otherwise than selected"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Assess the facts of an application, any part of which may be missing, by every rule of its category.

    Exit code 0 for any verdict, 2 for facts that cannot be judged; each of their issues is named by its field.
    """
    stated = _stated(facts, as_json=as_json)
    rulebook = _rulebook(rules, reading or [])
    by = today() if known_on is None else known_on
    tellers = tellers_of(Languages.load(), CodeLists.load())
    found = assess_facts(rulebook, stated, by)
    answer = assessment_answer(found.assessment, found.readings, tellers)
    say(answer, as_json, lambda: _text(answer, found.readings, tellers))


def _read(facts: str) -> bytes:
    """At most what HTTP takes too: a device or a film named by mistake does not fill the memory."""
    most = BodyLimits().largest_bytes
    if facts == STANDARD_INPUT:
        read = sys.stdin.buffer.read(most + 1)
    else:
        try:
            with Path(facts).open("rb") as file:
                read = file.read(most + 1)
        except OSError as why:
            raise typer.BadParameter(
                f"{facts} cannot be read ({why.strerror}): name a file, or - for standard input"
            ) from None
    if len(read) > most:
        raise typer.BadParameter(f"{facts} is longer than {most} bytes: it holds more than the facts of an application")
    return read


def _stated(facts: str, *, as_json: bool) -> StatedFacts:
    """The facts, or the end of the command with what is wrong with them: field by field, as over HTTP."""
    sent = _read(facts)
    if not sent.strip():
        raise typer.BadParameter(f"{facts} is empty: it is to hold the facts of an application as JSON")
    try:
        return stated_facts(sent)
    except InvalidInput as invalid:
        if as_json:
            typer.echo(input_problem(located(Place.BODY, invalid.issues)).body("").decode())
        for issue in invalid.issues:
            # Issues with the whole are reported for the file.
            where = facts if issue.path == "$" else issue.path
            say_sentence(f"{where}: {issue.problem}; {issue.remedy}")
        raise typer.Exit(ExitCode.REFUSED) from None


def _rulebook(rules: Path | None, readings: list[str]) -> Rulebook:
    """Raises LawDataUnusable for law files that cannot be used."""
    chosen: dict[str, str] = {}
    for each in readings:
        question, sign, answer = each.partition("=")
        if not (question and sign and answer) or question in chosen:
            raise typer.BadParameter(f"--reading is QUESTION=READING, once a question, and not {each!r}")
        chosen[question] = answer
    try:
        return Rulebook.load(rules, chosen)
    except ReadingUnknown as why:
        raise typer.BadParameter(str(why)) from None


def _text(answer: dict[str, Any], readings: Readings | None, tellers: Tellers) -> str:
    """The verdict, the line on the deciding day, and a paragraph for each finding, in the language of the commands."""
    wording = tellers[SOURCE_LANGUAGE]
    lines = [f"{wording.label('verdicts', answer['verdict'])}"]
    lines.append(
        f"law of {answer['legalReferenceDate'] or 'a day that is not stated'}, as known on {answer['knownOn']}"
    )
    if readings is not None:
        lines.append(readings_text(readings, wording))
    for each in answer["findings"]:
        rule = wording.label("permitRules", each["rule"])
        weight = "" if each["required"] else " (not required by itself)"
        lines += ["", f"{rule}: {wording.inside('verdicts', each['verdict'])}{weight}", each["text"][SOURCE_LANGUAGE]]
    return "\n".join(lines)
