"""The simulated bank's memory: how it was started, what its administration changed, who called how often."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from infra.crossroads.simulator.holdings import HoldingShares, Undertaking, employment, gross_cents, undertaking
from infra.crossroads.simulator.troubles import Fate, Trouble, TroubleShares, fate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How the simulator was started. Delays in milliseconds, the time to stay away in whole seconds."""

    seed: int
    delay_ms: int = 0
    slow_ms: int = 400
    late_ms: int = 2_000
    retry_after_seconds: int = 1
    holding_shares: HoldingShares = field(default_factory=HoldingShares)
    trouble_shares: TroubleShares = field(default_factory=TroubleShares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How one request is received: after `delay_seconds`, with `trouble` or else with its answer."""

    delay_seconds: float
    trouble: Trouble | None


class PersonStatus(StrEnum):
    """What the registers say of a number."""

    CURRENT = "current"
    UNKNOWN = "unknown"
    CANCELED = "canceled"
    REPLACED = "replaced"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A number with its state; `replaced_by` is the newer number of one that was replaced."""

    status: PersonStatus = PersonStatus.CURRENT
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """A declared employment; `end` is its last day, None while it lasts."""

    enterprise_number: str
    begin: date
    end: date | None = None


class SimulatedBank:
    """Answers by seed, save where its administration decided otherwise. Used by one event loop only."""

    def __init__(self, circumstances: Circumstances) -> None:
        self._circumstances = circumstances
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._operations: defaultdict[str, list[str]] = defaultdict(list)
        self._outage: Trouble | None = None
        self._chosen_fates: dict[str, Fate] = {}
        self._chosen_wages: dict[tuple[str, str], dict[str, int]] = {}
        self._chosen_employments: dict[str, tuple[Employment, ...]] = {}
        self._persons: dict[str, Person] = {}
        self._registered: set[str] = set()

    @property
    def retry_after_seconds(self) -> int:
        return self._circumstances.retry_after_seconds

    @property
    def late_seconds(self) -> float:
        """How long an answer that comes late takes."""
        return self._circumstances.late_ms / 1_000

    def receive(self, operation: str, ticket: str) -> Reception:
        """Decide what happens to the next request of this ticket. Each call counts as one attempt of it."""
        it = self._circumstances
        self._attempts[operation, ticket] += 1
        self._operations[ticket].append(operation)
        fate = self._chosen_fates.get(ticket) or fate_of(it.seed, operation, ticket, it.trouble_shares)
        delay_ms = it.delay_ms + (it.slow_ms if fate.slow else 0)
        trouble = self._outage or fate.trouble_of_attempt(self._attempts[operation, ticket])
        return Reception(delay_seconds=delay_ms / 1_000, trouble=trouble)

    def undertaking(self, enterprise_number: str) -> Undertaking | None:
        it = self._circumstances
        return undertaking(it.seed, enterprise_number, it.holding_shares)

    def person(self, ssin: str) -> Person:
        """Everybody is alive under the requested number, except whom the administration chose."""
        return self._persons.get(ssin, Person())

    def choose_person(self, ssin: str, person: Person) -> None:
        """From now on this is the state of the number."""
        self._persons[ssin] = person

    def is_registered(self, ssin: str) -> bool:
        """Whether the person may be consulted about."""
        return ssin in self._registered

    def register(self, ssin: str) -> bool:
        """Enter a person in the register; False for somebody who is in it already."""
        known = ssin in self._registered
        self._registered.add(ssin)
        return not known

    def unregister(self, ssin: str) -> bool:
        """Take a person out of the register; False for somebody who is not in it."""
        known = ssin in self._registered
        self._registered.discard(ssin)
        return known

    @property
    def registrations(self) -> int:
        """How many persons are in the register."""
        return len(self._registered)

    def wages(self, ssin: str, enterprise_number: str, quarters: list[str]) -> dict[str, int]:
        """The declared quarters among those requested, with the gross pay in euro cents; empty: no data."""
        chosen = self._chosen_wages.get((ssin, enterprise_number))
        if chosen is not None:
            return {quarter: chosen[quarter] for quarter in quarters if quarter in chosen}
        it = self._circumstances
        found = {
            quarter: gross_cents(it.seed, ssin, enterprise_number, quarter, it.holding_shares) for quarter in quarters
        }
        return {quarter: cents for quarter, cents in found.items() if cents is not None}

    def declare_wages(self, ssin: str, enterprise_number: str, cents_by_quarter: dict[str, int]) -> None:
        """From now on the worker has these quarters with this employer and no others, as a correction."""
        self._chosen_wages[ssin, enterprise_number] = dict(cents_by_quarter)

    def employments(self, ssin: str, since: date, until: date) -> tuple[Employment, ...]:
        """The declared employments that touch these days: chosen ones, else one that the seed gives most workers."""
        it = self._circumstances
        held = self._chosen_employments.get(ssin)
        if held is None:
            known = employment(it.seed, ssin, it.holding_shares)
            held = () if known is None else (Employment(enterprise_number=known[0], begin=known[1]),)
        return tuple(each for each in held if each.begin <= until and (each.end is None or each.end >= since))

    def declare_employments(self, ssin: str, employments: tuple[Employment, ...]) -> None:
        """From now on the worker has these employments and no others."""
        self._chosen_employments[ssin] = employments

    def choose_fate(self, ticket: str, fate: Fate) -> None:
        """From now on the ticket meets this, and not what the seed decides; its attempts count from one again."""
        self._chosen_fates[ticket] = fate
        for operation, counted in list(self._attempts):
            if counted == ticket:
                del self._attempts[operation, counted]

    def begin_outage(self, trouble: Trouble) -> None:
        """From now on every request meets this trouble."""
        self._outage = trouble

    def end_outage(self) -> None:
        self._outage = None

    @property
    def attempts(self) -> dict[str, int]:
        """How many requests each ticket has made, over all operations."""
        total: Counter[str] = Counter()
        for (_, ticket), count in self._attempts.items():
            total[ticket] += count
        return dict(total)

    @property
    def operations(self) -> dict[str, list[str]]:
        """The operations that each ticket requested, in order of arrival."""
        return {ticket: list(operations) for ticket, operations in self._operations.items()}
