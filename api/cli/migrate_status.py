"""``permit migrate status``: the ledgers against their sources, the quarantine and the steps, as the page has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.cli.output import Json, say
from api.cli.readable import table
from api.composition import open_program
from api.http.migration_content import LATEST, has_begun, migrations_content
from api.services.migrations import migrations_of
from api.words.code_lists import CodeLists
from api.words.languages import SOURCE_LANGUAGE
from infra.postgres.read_models.row_scope import EVERYTHING
from infra.settings import load_settings

_DIGEST_SHOWN: Final = 12
_FATES: Final = ("headers", "blanks", "waived", "retold", "unchanged", "stale", "quarantined")


def status(as_json: Json = False) -> None:
    """The status of each authority: the ledger against the source, topic, quarantine by reason, batches and steps."""
    with open_program(load_settings()) as program:
        status = migrations_content(migrations_of(program, EVERYTHING))
    say(status, as_json, lambda: "\n\n".join(_text(each) for each in status["authorities"]))


def _text(status: Mapping[str, Any]) -> str:
    authority, live = status["authority"], status["isLive"]
    heading = f"{authority}: {'live here' if live else 'the former system is authoritative'}"
    if not has_begun(status):
        return f"{heading}. Nothing has come yet; begin with `permit migrate dry-run {authority} FILE`"
    ledger, topic, quarantine = status["ledger"], status["topic"], status["quarantine"]
    parts = [heading]
    if status["batches"]:
        newest = f", the newest {LATEST} of {ledger['batches']}" if ledger["batches"] > LATEST else ""
        parts += [f"ledger against the source{newest}", table([_batch(each) for each in status["batches"]])]
    if topic["partitions"]:
        balance = "balances" if topic["balanced"] else "DOES NOT BALANCE"
        parts += [f"topic: {balance}", table(topic["partitions"])]
    parts.append("waiting in quarantine" if quarantine else "nothing waits in quarantine")
    if quarantine:
        rows = [
            {"reason": reason, "records": number, "for example": "; ".join(status["samples"][reason])}
            for reason, number in quarantine.items()
        ]
        parts.append(table(rows))
    if status["steps"]:
        parts += ["steps of the cut-over", table([_step(each) for each in status["steps"]])]
    if status["nextStep"] is not None:
        what = CodeLists.load().description("cutOverSteps", status["nextStep"], SOURCE_LANGUAGE)
        parts.append(f"next step: {what} ({status['nextStep']})")
    return "\n".join(parts)


def _batch(status: Mapping[str, Any]) -> dict[str, Any]:
    """A line: the source's own count, the fates of its lines, and how both compare."""
    digest = status["sourceSha256"]
    return {
        "source": status["source"],
        "sha256": None if digest is None else digest[:_DIGEST_SHOWN],
        "bytes": status["sourceBytes"],
        "lines": status["sourceLines"],
        **{name: status[name] for name in _FATES},
        "state": status["state"],
        "rate": status["rate"],
        "secondsLeft": status["remainingSeconds"],
        "endedBy": status["endedBy"],
        "why": status["endedWhy"],
    }


def _step(status: Mapping[str, Any]) -> dict[str, Any]:
    """A line: the step, whether it counts, and what it rests on; the whole outcome is in the JSON."""
    outcome = status["outcome"]
    return {
        "step": status["step"],
        "by": status["by"],
        "at": status["at"],
        "inForce": status["inForce"],
        "report": outcome.get("reportSha256", "")[:_DIGEST_SHOWN],
        "proposedBy": outcome.get("proposedBy"),
        "motive": outcome.get("motive"),
    }
