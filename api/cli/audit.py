"""``permit audit``: verify the log, and judge every recorded verdict again."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from api.cli.output import Json, finding_if, say
from api.cli.progress import progress_bar
from api.cli.workers import Workers
from api.composition import open_program
from domain.audit.journal_chain import Checkpoint
from domain.audit.replay import VerdictReplay
from infra.audit.documents import DocumentReport, verify_documents
from infra.audit.replaying import CaseUnknown, ReplayReport, UnreadableCase, replay_all, replay_one
from infra.audit.verification import VerificationReport, verify_journal
from infra.settings import load_settings

_NOT_COMPARED = (
    "compared with no earlier root: a log that was cut off at its end or rewritten as a whole fits together too "
    "(--size and --root of an earlier verification tell)"
)


def verify(
    as_json: Json = False,
    size: Annotated[int | None, typer.Option(min=0, help="the size of the log at an earlier verification")] = None,
    root: Annotated[str | None, typer.Option(help="the root (hex) of the log at that size")] = None,
    workers: Workers = None,
) -> None:
    """Recompute every leaf, the links of each case, the dense positions and the tree root; name the first bad event.

    With SIZE and ROOT of an earlier run it also shows that nothing was cut off or reordered since. Without them it
    shows that the log fits together, not that it is the log of then: whoever rewrites all of it makes one that fits.
    Every document that was received is read to its end, and compared with what the log says of it.
    """
    if (size is None) != (root is None):
        raise typer.BadParameter("--size and --root come from the same verification: give both or none")
    if root is not None and re.fullmatch("[0-9a-f]{64}", root) is None:
        raise typer.BadParameter("--root is written as 64 lower-case hexadecimal digits")
    checkpoint = None if size is None or root is None else Checkpoint(size=size, root=root)
    with open_program(load_settings()) as program, progress_bar("events verified") as on_progress:
        report = verify_journal(program.serving.reader, checkpoint=checkpoint, workers=workers, on_progress=on_progress)
        documents = verify_documents(program.readers, program.documents, whole=True)
    found = _verification(report) | {"compared": checkpoint is not None, "documents": _documents(documents)}
    texts = (_verification_text(report, compared=checkpoint is not None), _documents_text(documents))
    say(found, as_json, lambda: "\n".join(texts))
    finding_if(not (report.is_sound and documents.is_sound))


def replay(
    case: Annotated[UUID | None, typer.Argument(help="the id of one case")] = None,
    every: Annotated[bool, typer.Option("--all", help="every case")] = False,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Assess recorded verdicts again, from their recorded inputs, under their rule set and as known on their day.

    Verdicts whose rule set is not kept are assessed by the one in use, as known then: otherRuleSets counts them.
    """
    if (case is None) != every:
        raise typer.BadParameter("name one case, or say --all")
    with open_program(load_settings()) as program:
        if case is None:
            with progress_bar("events replayed") as on_progress:
                report = replay_all(program.log, program.rule_sets, workers=workers, on_progress=on_progress)
            found, sound = _replay(report), report.is_sound
        else:
            try:
                replayed = replay_one(program.readers, program.codec, program.rule_sets, case)
            except CaseUnknown as why:
                raise typer.BadParameter(str(why)) from None
            if isinstance(replayed, UnreadableCase):
                found, sound = {"case": str(case), "outcome": "unreadable", "why": replayed.sentence}, False
            else:
                found = {
                    "case": str(case),
                    "outcome": replayed.outcome.value,
                    "digest": replayed.digest,
                    "verdicts": [_verdict(each) for each in replayed.verdicts],
                }
                sound = replayed.outcome.value != "different"
    say(found, as_json)
    finding_if(not sound)


def _verification(report: VerificationReport) -> dict[str, Any]:
    return {
        "origin": report.origin,
        "size": report.size,
        "root": report.root,
        "cases": report.case_count,
        "sound": report.is_sound,
        "findingCount": report.finding_count,
        "findings": [
            {
                "position": each.position,
                "case": None if each.case_id is None else str(each.case_id),
                "version": each.version,
                "fault": each.fault.value,
                "sentence": each.sentence,
            }
            for each in report.findings
        ],
    }


def _verification_text(report: VerificationReport, *, compared: bool) -> str:
    lines = [] if compared else [_NOT_COMPARED]
    lines += [f"{report.origin}: {report.size} events of {report.case_count} cases", f"root {report.root}"]
    if report.is_sound:
        lines.append("every leaf, link and position fits the others" + (", and those of then" if compared else ""))
    for each in report.findings:
        where = "" if each.case_id is None else f", case {each.case_id} version {each.version}"
        lines.append(f"BAD position {each.position}{where}: {each.sentence}")
    if report.finding_count > len(report.findings):
        lines.append(f"and {report.finding_count - len(report.findings)} more")
    return "\n".join(lines)


def _documents(report: DocumentReport) -> dict[str, Any]:
    return {
        "count": report.count,
        "sound": report.is_sound,
        "findingCount": report.finding_count,
        "findings": [
            {
                "case": str(each.case_id),
                "version": each.version,
                "sha256": each.sha256,
                "state": each.state.value,
                "sentence": each.sentence,
            }
            for each in report.findings
        ],
    }


def _documents_text(report: DocumentReport) -> str:
    if report.is_sound:
        return f"{report.count} documents were received, and each is in the store as the log names it"
    lines = [f"BAD case {each.case_id} version {each.version}: {each.sentence}" for each in report.findings]
    if report.finding_count > len(report.findings):
        lines.append(f"and {report.finding_count - len(report.findings)} more documents")
    return "\n".join(lines)


def _replay(report: ReplayReport) -> dict[str, Any]:
    return {
        "ruleSet": report.rule_set,
        "upTo": report.up_to,
        "cases": report.cases,
        "verdicts": report.verdicts,
        "identical": report.identical,
        "differentCount": report.different_count,
        "withheld": report.withheld,
        "unreadableCount": report.unreadable_count,
        "otherRuleSets": report.other_rule_sets,
        "digest": report.digest,
        "different": [_verdict(each) for each in report.different],
        "unreadable": [{"case": str(each.case_id), "why": each.sentence} for each in report.unreadable],
    }


def _verdict(replayed: VerdictReplay) -> dict[str, Any]:
    return {
        "case": str(replayed.case_id),
        "version": replayed.version,
        "event": replayed.event,
        "outcome": replayed.outcome.value,
        "sameRuleSet": replayed.same_rule_set,
        "differences": [asdict(each) for each in replayed.differences],
    }
