"""What the page of the migration says of an authority: its status, in the reader's words."""

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
class MovingAuthority:
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


def moving_authority(told: Mapping[str, Any], words: BoardWords) -> MovingAuthority:
    """What the status of an authority says."""
    language, ledger, topic = words.language, told["ledger"], told["topic"]
    begun = has_begun(told)
    next_step = told["nextStep"]
    return MovingAuthority(
        name=told["authority"],
        title=words.label("authorities", told["authority"]),
        badges=tuple(_badges(told, language)) if begun else (),
        begins_with=None if begun else f"permit migrate dry-run {told['authority']} FILE",
        ledger=tuple(
            LedgerRow(
                source=each["source"],
                lines=each["sourceLines"],
                fates=_fates(each),
                compared=state_badge(BatchState(each["state"]), language),
            )
            for each in told["batches"]
        ),
        total=LedgerRow(
            source=language.gettext("All batches"),
            lines=ledger["sourceLines"],
            fates=_fates(ledger),
            compared=_compared(ledger["agrees"], language),
        ),
        batches=tuple(_batch(each, language) for each in told["batches"]),
        batches_left_out=max(ledger["batches"] - LATEST, 0),
        topic=tuple(_partition(each) for each in topic["partitions"]),
        topic_balance=_topic_balance(topic, language),
        quarantine=tuple(
            (
                _link(address(f"{MIGRATION}/{told['authority']}/quarantine", ("reason", reason)), words, reason),
                number,
                "; ".join(told["samples"].get(reason, ())),
            )
            for reason, number in told["quarantine"].items()
        ),
        steps=tuple(
            (
                words.label("cutOverSteps", each["step"]),
                each["by"],
                datetime.fromisoformat(each["at"]),
                _details(each, words),
            )
            for each in told["steps"]
        ),
        switched=_switched(told["steps"], words) if told["isLive"] else None,
        next_step=None if next_step is None else words.label("cutOverSteps", next_step),
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


def _badges(told: Mapping[str, Any], language: Language) -> Sequence[Badge]:
    live = Badge(text=language.gettext("Live here"), tone=Tone.GOOD)
    former = Badge(text=language.gettext("Former system is authoritative"), tone=Tone.WAITING)
    return (live if told["isLive"] else former, _agreement(told["ledger"]["agrees"], language))


def _agreement(agrees: bool | None, language: Language) -> Badge:
    """Whether the files that were taken to their end agree with their sources' own counts."""
    if agrees is None:
        return Badge(text=language.gettext("Nothing to compare yet"), tone=Tone.WAITING)
    if agrees:
        return Badge(text=language.gettext("The ledger agrees with the source"), tone=Tone.GOOD)
    return Badge(text=language.gettext("The ledger does not agree with the source"), tone=Tone.LATE)


def _compared(agrees: bool | None, language: Language) -> Badge:
    """The same beside the sums, in a word."""
    if agrees is None:
        return _agreement(None, language)
    return state_badge(BatchState.AGREES if agrees else BatchState.DISAGREES, language)


def _topic_balance(topic: Mapping[str, Any], language: Language) -> Badge:
    if topic["balanced"]:
        return Badge(text=language.gettext("Records and messages set aside are all that came"), tone=Tone.GOOD)
    return Badge(text=language.gettext("Records and messages set aside are not all that came"), tone=Tone.LATE)


def _fates(told: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(told[name] for name in _OTHERS)


def _batch(told: Mapping[str, Any], language: Language) -> BatchRow:
    expected, remaining, digest = told["sourceLines"], told["remainingSeconds"], told["sourceSha256"]
    if told["finishedAt"] is not None:
        progress = language.gettext("finished")
    elif expected:
        progress = language.percent(min(told["lines"] / expected, 1))
    else:
        progress = language.gettext("under way")
    ended = [each for each in (told["endedBy"], told["endedWhy"]) if each]
    if told["endedAs"] is not None:
        ended.insert(0, state_badge(BatchState(told["endedAs"]), language).text)
    return BatchRow(
        source=told["source"],
        digest=digest,
        size=told["sourceBytes"],
        began=datetime.fromisoformat(told["startedAt"]),
        progress=progress,
        rate=round(told["rate"]),
        left="" if remaining is None else language.gettext("%(minutes)s min", minutes=language.number(remaining / 60)),
        ended="; ".join(ended),
    )


def _partition(told: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        f"{told['topic']}/{told['partition']}",
        told["firstOffset"],
        told["nextOffset"],
        told["messages"],
        told["records"],
        told["letters"],
        told["repeated"],
        told["missing"],
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
    """What a step rests on or leaves behind: a report by its digest, the proposer, a motive; and whether it counts."""
    language, outcome = words.language, step["outcome"]
    parts = [outcome["motive"]] if "motive" in outcome else []
    if "reportSha256" in outcome:
        parts.append(language.gettext("report %(digest)s", digest=outcome["reportSha256"][:_DIGEST_SHOWN]))
    if "proposedBy" in outcome:
        parts.append(language.gettext("proposed by %(proposer)s", proposer=outcome["proposedBy"]))
    if not step["inForce"] and step["step"] != CutOverStep.REOPENED:
        parts.append(language.gettext("taken back or renewed since"))
    return "; ".join(parts)
