"""The simulated bank's memory: how it was started, what its administration changed, who asked how often."""

from collections import Counter
from dataclasses import dataclass, field

from infra.crossroads_simulator.holdings import HoldingShares, Undertaking, gross_cents, undertaking
from infra.crossroads_simulator.troubles import Fate, Trouble, TroubleShares, fate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How the simulator was started. Delays in milliseconds, the time to stay away in whole seconds."""

    seed: int
    delay_ms: int = 0
    slow_ms: int = 400
    retry_after_seconds: int = 1
    holding_shares: HoldingShares = field(default_factory=HoldingShares)
    trouble_shares: TroubleShares = field(default_factory=TroubleShares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How one request is received: after `delay_seconds`, with `trouble` or else with its answer."""

    delay_seconds: float
    trouble: Trouble | None


class SimulatedBank:
    """Answers by seed, save where its administration decided otherwise. Used by one event loop only."""

    def __init__(self, circumstances: Circumstances) -> None:
        self._circumstances = circumstances
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._outage: Trouble | None = None
        self._chosen_fates: dict[str, Fate] = {}
        self._chosen_wages: dict[tuple[str, str], dict[str, int]] = {}
        self._registered: set[str] = set()

    @property
    def retry_after_seconds(self) -> int:
        return self._circumstances.retry_after_seconds

    def receive(self, check: str, ticket: str) -> Reception:
        """Decide what befalls the next request of this ticket. Each call counts as one attempt of it."""
        it = self._circumstances
        self._attempts[check, ticket] += 1
        fate = self._chosen_fates.get(ticket) or fate_of(it.seed, check, ticket, it.trouble_shares)
        delay_ms = it.delay_ms + (it.slow_ms if fate.slow else 0)
        trouble = self._outage or fate.trouble_of_attempt(self._attempts[check, ticket])
        return Reception(delay_seconds=delay_ms / 1_000, trouble=trouble)

    def undertaking(self, enterprise_number: str) -> Undertaking | None:
        it = self._circumstances
        return undertaking(it.seed, enterprise_number, it.holding_shares)

    def is_registered(self, ssin: str) -> bool:
        """Whether the person may be asked about."""
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
        """The declared quarters among those asked for, with the gross pay in euro cents; empty: no data."""
        chosen = self._chosen_wages.get((ssin, enterprise_number))
        if chosen is not None:
            return {quarter: chosen[quarter] for quarter in quarters if quarter in chosen}
        it = self._circumstances
        found = {
            quarter: gross_cents(it.seed, ssin, enterprise_number, quarter, it.holding_shares) for quarter in quarters
        }
        return {quarter: cents for quarter, cents in found.items() if cents is not None}

    def declare_wages(self, ssin: str, enterprise_number: str, cents_by_quarter: dict[str, int]) -> None:
        """From now on the worker has these quarters with this employer and no others."""
        self._chosen_wages[ssin, enterprise_number] = dict(cents_by_quarter)

    def choose_fate(self, ticket: str, fate: Fate) -> None:
        """From now on this, and not the seed, befalls the ticket; its attempts count from one again."""
        self._chosen_fates[ticket] = fate
        for check, counted in list(self._attempts):
            if counted == ticket:
                del self._attempts[check, counted]

    def begin_outage(self, trouble: Trouble) -> None:
        """From now on every request meets this trouble."""
        self._outage = trouble

    def end_outage(self) -> None:
        self._outage = None

    @property
    def attempts(self) -> dict[str, int]:
        """How many requests each ticket has made, over all checks."""
        total: Counter[str] = Counter()
        for (_, ticket), count in self._attempts.items():
            total[ticket] += count
        return dict(total)
