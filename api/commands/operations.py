"""``permit status`` and ``permit dead-letters``: for those who keep it running."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from api.commands.lazy_group import among, one_of
from api.commands.output import FINDING, Json, end, ending_with, say, this_user
from api.commands.readable import table
from api.composition import Program, open_program
from api.migration import replay_legacy_letter
from api.operations_status import status_of
from consumers.check_intake import CheckIntake
from consumers.consumer import Consumer, MessageRefused
from infra.migration.letters import LegacyLetters
from infra.migration.sources import MigratingAuthority
from infra.postgres.dead_letters import DeadLetter, DeadLetters, NoSuchDeadLetter
from infra.postgres.in_order import AnotherWasQuicker
from infra.settings import load_settings

Number = Annotated[
    int, typer.Argument(min=1, max=2**63 - 1, help="of a dead letter, as `permit dead-letters list` gives it")
]
Reason = Annotated[str, typer.Option(help="why, in words that a colleague understands later")]

_LEGACY: Final = {LegacyLetters(each).name: each for each in MigratingAuthority}
_CONSUMERS: Final[dict[str, Consumer]] = {
    **{each.name: each for each in (CheckIntake(),)},
    **{name: LegacyLetters(authority) for name, authority in _LEGACY.items()},
}
_STATES: Final = ("open", "replayed", "discarded")


def status(as_json: Json = False) -> None:
    """How far relay, consumers and read models are behind, the work at the Crossroads Bank, and what needs a person."""
    with open_program(load_settings()) as program:
        told = status_of(program)
    say(told, as_json)


def list_letters(
    consumer: Annotated[str | None, typer.Option(help="only of this consumer")] = None,
    state: Annotated[
        str,
        typer.Option(
            help=" | ".join(_STATES), callback=one_of(_STATES, "state of a dead letter"), autocompletion=among(_STATES)
        ),
    ] = "open",
    as_json: Json = False,
) -> None:
    """The messages that were set aside, without their content."""
    with open_program(load_settings()) as program:
        letters = _letters(program).listed(consumer=consumer, state=state)
    told = [_told(each) for each in letters]
    say({"deadLetters": told}, as_json, lambda: table(told) if told else "none")


def show(number: Number, as_json: Json = False) -> None:
    """One of them with its content, which is kept encrypted and may be personal."""
    with open_program(load_settings()) as program:
        letter, record = _letters(program).opened(number)
    told: dict[str, Any] = {**_told(letter), "content": None}
    if record is not None:
        told["content"] = {
            "key": None if record.key is None else record.key.decode(errors="replace"),
            "headers": {name: value.decode(errors="replace") for name, value in record.headers},
            "value": None if record.value is None else record.value.decode(errors="replace"),
        }
    say(told, as_json)


def replay(number: Number, reason: Reason) -> None:
    """Apply one now, with all that waited for it."""
    with open_program(load_settings()) as program:
        letters = _letters(program)
        consumer = _consumer_of(letters.opened(number)[0])
        try:
            if consumer.name in _LEGACY:
                with ending_with(FINDING, AnotherWasQuicker, remedy=". Try again"):
                    replay_legacy_letter(program, _LEGACY[consumer.name], number, by=this_user(), why=reason)
            else:
                letters.replay(number, consumer, by=this_user(), why=reason)
        except MessageRefused as why:
            end(f"dead letter {number} is still refused: {why.reason}. It stays open.", FINDING)
    typer.echo(f"dead letter {number} is replayed")


def discard(number: Number, reason: Reason) -> None:
    """Give one up; what waited for it goes on without it."""
    with open_program(load_settings()) as program:
        letters = _letters(program)
        letters.discard(number, _consumer_of(letters.opened(number)[0]), by=this_user(), why=reason)
    typer.echo(f"dead letter {number} is discarded")


def _letters(program: Program) -> DeadLetters:
    return DeadLetters(program.writers, program.keys)


def _consumer_of(letter: DeadLetter) -> Consumer:
    consumer = _CONSUMERS.get(letter.consumer)
    if consumer is None:
        raise NoSuchDeadLetter(f"this program has no consumer {letter.consumer!r}; it has {', '.join(_CONSUMERS)}")
    return consumer


def _told(letter: DeadLetter) -> dict[str, Any]:
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
