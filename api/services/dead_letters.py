"""Settling dead letters: each in a transaction of its own, with who and why, and none stops another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from api.composition import Program
from api.services.migrations import legacy_inbox
from consumers.consumer import Consumer, MessageRefused
from consumers.migration.legacy_topic import LegacyTopic
from consumers.registered import registered_consumers
from infra.migration.sources import MigratingAuthority
from infra.migration.topic_inbox import LegacyInbox
from infra.postgres.messages.dead_letters import DeadLetters, NoSuchDeadLetter
from infra.postgres.messages.letter_selection import SelectedLetter
from infra.postgres.server.connections import DatabaseUnavailable
from infra.structured_logs import get_logger

_log = get_logger(__name__)


@dataclass(slots=True)
class Settled:
    """The outcome for each letter. ``still_refused`` stays open, with the reason; ``gone`` was settled meanwhile."""

    done: list[int] = field(default_factory=list)
    still_refused: dict[int, str] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


class DeadLetterService:
    """Replays and discards the letters of all consumers that this program has."""

    def __init__(self, program: Program, opened: ExitStack) -> None:
        self._program = program
        self._opened = opened
        self._letters = DeadLetters(program.writers, program.keys)
        self._consumers: dict[str, Consumer] = {each.name: each for each in registered_consumers()}
        self._feeds = {LegacyTopic(each).name: each for each in MigratingAuthority}
        self._inboxes: dict[str, LegacyInbox] = {}

    def replay(self, letters: Iterable[SelectedLetter], *, by: str, why: str) -> Settled:
        """Apply each now, with all that waited for it. Raises ``DatabaseUnavailable``: those before it are replayed."""
        return self._each(letters, lambda letter: self._replay(letter, by, why))

    def discard(self, letters: Iterable[SelectedLetter], *, by: str, why: str) -> Settled:
        """Give each up; what waited for it continues without it. Raises as :meth:`replay`."""
        return self._each(
            letters,
            lambda letter: self._letters.discard(letter.id, self._consumers.get(letter.consumer), by=by, why=why),
        )

    def _each(self, letters: Iterable[SelectedLetter], settle: Callable[[SelectedLetter], None]) -> Settled:
        settled = Settled()
        for letter in letters:
            try:
                settle(letter)
            except DatabaseUnavailable:
                raise
            except NoSuchDeadLetter:
                settled.gone.append(letter.id)
            except MessageRefused as why:
                settled.still_refused[letter.id] = why.reason
            except Exception as why:
                # By its kind only: its text may hold what the message holds.
                settled.still_refused[letter.id] = f"failed.{type(why).__name__}"
                _log.warning("dead_letter.failed_again", id=letter.id, why=type(why).__name__)
            else:
                settled.done.append(letter.id)
        return settled

    def _replay(self, letter: SelectedLetter, by: str, why: str) -> None:
        if letter.consumer in self._feeds:
            self._inbox(letter.consumer).replay(letter.id, by=by, why=why)
        elif (consumer := self._consumers.get(letter.consumer)) is not None:
            self._letters.replay(letter.id, consumer, by=by, why=why)
        else:
            raise MessageRefused("noSuchConsumer")

    def _inbox(self, consumer: str) -> LegacyInbox:
        if consumer not in self._inboxes:
            authority = self._feeds[consumer]
            self._inboxes[consumer] = self._opened.enter_context(legacy_inbox(self._program, authority))
        return self._inboxes[consumer]


@contextmanager
def dead_letter_service(program: Program) -> Iterator[DeadLetterService]:
    """The desk, with what it opens for the letters it replays."""
    with ExitStack() as opened:
        yield DeadLetterService(program, opened)
