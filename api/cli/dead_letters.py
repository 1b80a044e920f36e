"""``permit dead-letters``: list the dead-lettered messages, and replay or discard one or many."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from api.cli.lazy_group import among, one_of
from api.cli.output import ExitCode, Json, end, finding_if, say, say_rows, this_user
from api.cli.readable import table
from api.composition import Program, open_program
from api.services.dead_letters import DeadLetterService, Settled, dead_letter_service
from infra.postgres.messages.consumer_stops import resume as resume_consumer
from infra.postgres.messages.dead_letters import DeadLetter, DeadLetters
from infra.postgres.messages.letter_selection import LetterSelection, SelectedLetter, SelectedLetters, selected_letters
from infra.settings import load_settings

_HIGHEST: Final = 2**63 - 1
_STATES: Final = ("open", "replayed", "discarded")

Number = Annotated[
    int, typer.Argument(min=1, max=_HIGHEST, help="of a dead letter, as `permit dead-letters list` gives it")
]
Numbers = Annotated[
    list[int] | None,
    typer.Argument(min=1, max=_HIGHEST, help="of dead letters; without any, select them by options"),
]
Reason = Annotated[str, typer.Option(help="the reason, in words that a colleague understands later")]
OfConsumer = Annotated[str | None, typer.Option("--consumer", help="only of this consumer")]
SetAsideFor = Annotated[
    str | None, typer.Option("--set-aside-for", help="only those dead-lettered for this reason, as in the list")
]
OfTopic = Annotated[str | None, typer.Option("--topic", help="only from this topic, without prefix")]
Since = Annotated[
    str | None, typer.Option(help="only those dead-lettered since: 2026-03-01 or 2026-03-01T09:00:00Z; UTC by default")
]
Until = Annotated[str | None, typer.Option(help="only those dead-lettered before")]
Yes = Annotated[bool, typer.Option("--yes", help="do it without confirmation")]


def list_letters(
    consumer: OfConsumer = None,
    state: Annotated[
        str,
        typer.Option(
            help=" | ".join(_STATES), callback=one_of(_STATES, "state of a dead letter"), autocompletion=among(_STATES)
        ),
    ] = "open",
    as_json: Json = False,
) -> None:
    """The dead-lettered messages, without their content."""
    with open_program(load_settings()) as program:
        letters = _letters(program).listed(consumer=consumer, state=state)
    result = [_as_json(each) for each in letters]
    say_rows("deadLetters", result, as_json)


def show(number: Number, as_json: Json = False) -> None:
    """One of them with its content, which is kept encrypted and may be personal."""
    with open_program(load_settings()) as program:
        letter, record = _letters(program).opened(number)
    result: dict[str, Any] = {**_as_json(letter), "content": None}
    if record is not None:
        result["content"] = {
            "key": None if record.key is None else record.key.decode(errors="replace"),
            "headers": {name: (value or b"").decode(errors="replace") for name, value in record.headers},
            "value": None if record.value is None else record.value.decode(errors="replace"),
        }
    say(result, as_json)


def replay(
    reason: Reason,
    numbers: Numbers = None,
    consumer: OfConsumer = None,
    set_aside_for: SetAsideFor = None,
    topic: OfTopic = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Apply one or many now, each with all messages that waited for it; exit code 1 when any is still refused.

    Without numbers it first shows how many are selected and why, and asks for confirmation; programs pass --yes.
    """
    selection = _selection(numbers, consumer, set_aside_for, topic, since, until)
    _settle(selection, "replayed", lambda desk, each: desk.replay(each, by=this_user(), why=reason), yes, as_json)


def discard(
    reason: Reason,
    numbers: Numbers = None,
    consumer: OfConsumer = None,
    set_aside_for: SetAsideFor = None,
    topic: OfTopic = None,
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Discard one or many; what waited for them continues without them.

    Without numbers it first shows how many are selected and why, and asks for confirmation; programs pass --yes.
    """
    selection = _selection(numbers, consumer, set_aside_for, topic, since, until)
    _settle(selection, "discarded", lambda desk, each: desk.discard(each, by=this_user(), why=reason), yes, as_json)


def resume(
    consumer: Annotated[str, typer.Argument(help="that has stopped, as `permit status` names it")], reason: Reason
) -> None:
    """Let a stopped consumer continue after the message it dead-lettered."""
    with open_program(load_settings()) as program:
        resume_consumer(program.writers, consumer, by=this_user(), why=reason)
    typer.echo(f"{consumer} continues; a waiting worker does so within seconds")


def _settle(
    selection: LetterSelection,
    done: str,
    settle: Callable[[DeadLetterService, tuple[SelectedLetter, ...]], Settled],
    yes: bool,
    as_json: bool,
) -> None:
    with open_program(load_settings()) as program:
        found = selected_letters(program.writers, selection)
        if found.unknown:
            end(f"there is no dead letter {', '.join(map(str, found.unknown))}; nothing was changed", ExitCode.REFUSED)
        if found.open and not selection.is_by_number_only and not yes:
            _ask(found, done)
        with dead_letter_service(program) as desk:
            settled = settle(desk, found.open)
    already = [*found.settled_before, *settled.gone]
    refused = [{"id": number, "reason": why} for number, why in settled.still_refused.items()]
    result = {
        "meant": len(found.open),
        "byReason": _counted(found),
        done: len(settled.done),
        "settledBefore": already,
        "stillRefused": refused,
    }
    say(result, as_json, lambda: _in_words(done, settled.done, already, settled.still_refused))
    finding_if(refused)


def _ask(found: SelectedLetters, done: str) -> None:
    """Show the selection and continue only when confirmed. On standard error: the result is the output."""
    typer.echo(table(_counted(found)), err=True)
    if not sys.stdin.isatty():
        end(f"{len(found.open)} dead letters would be {done}: say --yes. Nothing was changed.", ExitCode.REFUSED)
    if not typer.confirm(f"Shall these {len(found.open)} be {done}?", err=True):
        end("nothing was changed", ExitCode.REFUSED)


def _counted(found: SelectedLetters) -> list[dict[str, Any]]:
    return [
        {"consumer": consumer, "reason": reason, "number": number}
        for (consumer, reason), number in found.by_reason.items()
    ]


def _in_words(done: str, ids: list[int], already: list[int], refused: dict[int, str]) -> str:
    lines = [f"dead letter {number} is settled already" for number in already]
    lines += [f"dead letter {number} is still refused: {why}. It stays open." for number, why in refused.items()]
    if len(ids) == 1:
        lines.append(f"dead letter {ids[0]} is {done}")
    elif ids or not lines:
        lines.append(f"{len(ids)} dead letters are {done}")
    return "\n".join(lines)


def _selection(
    numbers: list[int] | None,
    consumer: str | None,
    set_aside_for: str | None,
    topic: str | None,
    since: str | None,
    until: str | None,
) -> LetterSelection:
    selection = LetterSelection(
        ids=tuple(dict.fromkeys(numbers or ())),
        consumer=consumer,
        reason=set_aside_for,
        topic=topic,
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
    )
    if selection == LetterSelection():
        raise typer.BadParameter("select which: numbers, or --consumer, --set-aside-for, --topic, --since, --until")
    return selection


def _moment(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no moment: write 2026-03-01 or 2026-03-01T09:00:00Z", param_hint=option
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _letters(program: Program) -> DeadLetters:
    return DeadLetters(program.writers, program.keys)


def _as_json(letter: DeadLetter) -> dict[str, Any]:
    it = letter.coordinates
    return {
        "id": letter.id,
        "consumer": letter.consumer,
        "cluster": it.cluster,
        "topic": it.topic,
        "partition": it.partition,
        "offset": it.offset,
        "reason": letter.reason,
        "attempt": letter.attempt,
        "setAsideAt": letter.set_aside_at.isoformat(),
        "state": letter.state,
        "settledBy": letter.settled_by,
        "settledWhy": letter.settled_why,
    }
