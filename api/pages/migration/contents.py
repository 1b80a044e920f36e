"""The page of the migration on an authority: its status, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from markupsafe import Markup

from api.http.migration_content import LATEST, has_begun
from api.pages.board.words import BoardWords
from api.pages.filter_forms import address
from api.pages.page_parts import Badge, Tone
from api.words.languages import Language
from domain.migration.batch_ledger import BatchState
from domain.migration.cutover import CutOverStep

MIGRATION: Final = "/migration"

_DIGEST_SHOWN: Final = 12
"""Hexadecimal digits of a digest; the whole of it is shown with it, and in ``GET migrations``."""

_OTHERS: Final = ("headers", "blanks", "waived", "retold", "unchanged", "stale", "quarantined")

Rows = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A source with its own count of lines, the fates of these lines, and how both compare."""

    source: str
    lines: int | None
    fates: tuple[int, ...]
    compared: Badge


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A batch: what its source is, how far it is, and who ended it."""

    source: str
    digest: str | None
    size: int | None
    began: datetime
    progress: str
    rate: int
    left: str
    ended: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityProgress:
    """One authority in the reader's words; ``begins_with`` is a command where nothing has come yet, else None."""

    name: str
    title: str
    badges: tuple[Badge, ...]
    begins_with: str | None
    ledger: tuple[LedgerRow, ...]
    total: LedgerRow
    batches: tuple[BatchRow, ...]
    batches_left_out: int
    topic: Rows
    topic_balance: Badge
    quarantine: Rows
    steps: Rows
    switched: str | None
    """Who proposed and who approved that it is live here; None while it is not."""
    next_step: str | None


def authority_progress(status: Mapping[str, Any], words: BoardWords) -> AuthorityProgress:
    """The status of an authority in words."""
    language, ledger, topic = words.language, status["ledger"], status["topic"]
    begun = has_begun(status)
    next_step = status["nextStep"]
    return AuthorityProgress(
        name=status["authority"],
        title=words.label("authorities", status["authority"]),
        badges=tuple(_badges(status, language)) if begun else (),
        begins_with=None if begun else f"permit migrate dry-run {status['authority']} FILE",
        ledger=tuple(
            LedgerRow(
                source=each["source"],
                lines=each["sourceLines"],
                fates=_fates(each),
                compared=state_badge(BatchState(each["state"]), language),
            )
            for each in status["batches"]
        ),
        total=LedgerRow(
            source=language.gettext("All batches"),
            lines=ledger["sourceLines"],
            fates=_fates(ledger),
            compared=_compared(ledger["agrees"], language),
        ),
        batches=tuple(_batch(each, language) for each in status["batches"]),
        batches_left_out=max(ledger["batches"] - LATEST, 0),
        topic=tuple(_partition(each) for each in topic["partitions"]),
        topic_balance=_topic_balance(topic, language),
        quarantine=tuple(
            (
                _link(address(f"{MIGRATION}/{status['authority']}/quarantine", ("reason", reason)), words, reason),
                number,
                "; ".join(status["samples"].get(reason, ())),
            )
            for reason, number in status["quarantine"].items()
        ),
        steps=tuple(
            (
                words.label("cutOverSteps", each["step"]),
                each["by"],
                datetime.fromisoformat(each["at"]),
                _details(each, words),
            )
            for each in status["steps"]
        ),
        switched=_switched(status["steps"], words) if status["isLive"] else None,
        next_step=None if next_step is None else words.description("cutOverSteps", next_step),
    )


def state_badge(state: BatchState, language: Language) -> Badge:
    """How a batch compares with its source."""
    match state:
        case BatchState.AGREES:
            return Badge(text=language.gettext("Agrees"), tone=Tone.GOOD)
        case BatchState.DISAGREES:
            return Badge(text=language.gettext("Does not agree"), tone=Tone.LATE)
        case BatchState.UNDER_WAY:
            return Badge(text=language.gettext("Under way"), tone=Tone.WAITING)
        case BatchState.BY_PARTITION:
            return Badge(text=language.gettext("See the topic"), tone=Tone.NEUTRAL)
        case BatchState.ABANDONED:
            return Badge(text=language.gettext("Abandoned"), tone=Tone.NEUTRAL)
        case BatchState.SUPERSEDED:
            return Badge(text=language.gettext("Superseded"), tone=Tone.NEUTRAL)


def _badges(status: Mapping[str, Any], language: Language) -> Sequence[Badge]:
    live = Badge(text=language.gettext("Live here"), tone=Tone.GOOD)
    former = Badge(text=language.gettext("Former system is authoritative"), tone=Tone.WAITING)
    return (live if status["isLive"] else former, _agreement(status["ledger"]["agrees"], language))


def _agreement(agrees: bool | None, language: Language) -> Badge:
    """Whether the files that were taken to their end agree with their sources' own counts."""
    if agrees is None:
        return Badge(text=language.gettext("Nothing to compare yet"), tone=Tone.WAITING)
    if agrees:
        return Badge(text=language.gettext("The ledger agrees with the source"), tone=Tone.GOOD)
    return Badge(text=language.gettext("The ledger does not agree with the source"), tone=Tone.LATE)


def _compared(agrees: bool | None, language: Language) -> Badge:
    """The same next to the totals, in a word."""
    if agrees is None:
        return _agreement(None, language)
    return state_badge(BatchState.AGREES if agrees else BatchState.DISAGREES, language)


def _topic_balance(topic: Mapping[str, Any], language: Language) -> Badge:
    if topic["balanced"]:
        return Badge(
            text=language.gettext("Records and dead-lettered messages account for all that was received"),
            tone=Tone.GOOD,
        )
    return Badge(
        text=language.gettext("Records and dead-lettered messages do not account for all that was received"),
        tone=Tone.LATE,
    )


def _fates(counts: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(counts[name] for name in _OTHERS)


def _batch(batch: Mapping[str, Any], language: Language) -> BatchRow:
    expected, remaining, digest = batch["sourceLines"], batch["remainingSeconds"], batch["sourceSha256"]
    if batch["finishedAt"] is not None:
        progress = language.gettext("finished")
    elif expected:
        progress = language.percent(min(batch["lines"] / expected, 1))
    else:
        progress = language.gettext("under way")
    ended = [each for each in (batch["endedBy"], batch["endedWhy"]) if each]
    if batch["endedAs"] is not None:
        ended.insert(0, state_badge(BatchState(batch["endedAs"]), language).text)
    return BatchRow(
        source=batch["source"],
        digest=digest,
        size=batch["sourceBytes"],
        began=datetime.fromisoformat(batch["startedAt"]),
        progress=progress,
        rate=round(batch["rate"]),
        left="" if remaining is None else language.gettext("%(minutes)s min", minutes=language.number(remaining / 60)),
        ended="; ".join(ended),
    )


def _partition(partition: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        f"{partition['topic']}/{partition['partition']}",
        partition["firstOffset"],
        partition["nextOffset"],
        partition["messages"],
        partition["records"],
        partition["letters"],
        partition["repeated"],
        partition["missing"],
    )


def _link(href: str, words: BoardWords, reason: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, words.label("quarantineReasons", reason))


def _switched(steps: Sequence[Mapping[str, Any]], words: BoardWords) -> str | None:
    approved = [each for each in steps if each["step"] == CutOverStep.APPROVED]
    if not approved:
        return None
    switch = approved[-1]
    return words.language.gettext(
        "Proposed by %(proposer)s, approved by %(approver)s on %(day)s",
        proposer=switch["outcome"]["proposedBy"],
        approver=switch["by"],
        day=words.language.date(date.fromisoformat(switch["at"][:10])),
    )


def _details(step: Mapping[str, Any], words: BoardWords) -> str:
    """The basis or the result of a step: a report by its digest, the proposer, a motive; and whether it counts."""
    language, outcome = words.language, step["outcome"]
    parts = [outcome["motive"]] if "motive" in outcome else []
    if "reportSha256" in outcome:
        parts.append(language.gettext("report %(digest)s", digest=outcome["reportSha256"][:_DIGEST_SHOWN]))
    if "proposedBy" in outcome:
        parts.append(language.gettext("proposed by %(proposer)s", proposer=outcome["proposedBy"]))
    if not step["inForce"] and step["step"] != CutOverStep.REOPENED:
        parts.append(language.gettext("withdrawn or renewed since"))
    return "; ".join(parts)
