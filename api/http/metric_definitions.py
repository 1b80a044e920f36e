"""Every metric there is: its name, kind, labels and meaning, and where it is read from. Nothing else names one.

``/metrics`` is rendered from these lists in their order; the table in docs/operations.md is compared with them by a
test. What the process that answers knows by itself is told whatever has become of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Status = Mapping[str, Any]
"""What a list is read from: of the database's, as :func:`api.http.status_content.status_content` gives it."""

Sample = tuple[Sequence[str], float]
"""The values of the labels, and the number."""


class Kind(StrEnum):
    GAUGE = "gauge"
    """May go up and down."""
    COUNTER = "counter"
    """Only grows; its name ends in ``_total``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDefinition:
    """``samples`` finds its numbers; a metric without labels that gives none is not there (a relay without Kafka)."""

    name: str
    meaning: str
    samples: Callable[[Status], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    kind: Kind = Kind.GAUGE


_WORK_STATES: Final = ("open", "due", "underWay", "late")
_BREAKER_STATES: Final = ("closed", "halfOpen", "open")


def _of_the_relay(field: str) -> Callable[[Status], Iterable[Sample]]:
    return lambda status: (
        [] if status["relay"] is None or "unavailable" in status["relay"] else [((), status["relay"][field])]
    )


def _of_each_consumer(*fields: str) -> Callable[[Status], Iterable[Sample]]:
    """The first of these fields that a consumer has: it follows a topic by offsets, or the journal by events."""
    return lambda status: [
        ((each["name"], each.get("topic", "journal")), next(each[field] for field in fields if field in each))
        for each in status["consumers"]
    ]


def _of_each_projection(field: str) -> Callable[[Status], Iterable[Sample]]:
    return lambda status: [((each["name"],), each[field]) for each in status["projections"]]


def _by_consumer(field: str) -> Callable[[Status], Iterable[Sample]]:
    return lambda status: [((consumer,), number) for consumer, number in status[field].items()]


OF_THE_PROCESS: Final[tuple[MetricDefinition, ...]] = (
    # As the watch over them found at its last look; `keys` is the store of the keys of people.
    MetricDefinition(
        name="permit_database_answers",
        labels=("database",),
        meaning="1 while the database answers",
        samples=lambda process: [((name,), float(answers)) for name, answers in process["databases"].items()],
    ),
    # At 0 nothing can be filed or decided; `permit status` says why.
    MetricDefinition(
        name="permit_appends_succeed",
        meaning="1 while an append to the journal succeeds",
        samples=lambda process: [((), float(process["appendsSucceed"]))],
    ),
    # At 0 all that follow on permit_limit_reached_total are left out: the database did not give them in time.
    MetricDefinition(
        name="permit_figures_read",
        meaning="1 where the figures of the database are told too",
        samples=lambda process: [((), float(process["figuresRead"]))],
    ),
    # Since the process began; what each limit keeps out is in docs/security.md.
    MetricDefinition(
        name="permit_limit_reached_total",
        labels=("limit",),
        kind=Kind.COUNTER,
        meaning="What was refused or cut because a limit was met",
        samples=lambda process: [((limit,), number) for limit, number in process["limitsReached"].items()],
    ),
)

OF_THE_DATABASE: Final[tuple[MetricDefinition, ...]] = (
    # Only where PERMIT_KAFKA is set. At 0 nothing else is known of the relay and of the consumers.
    MetricDefinition(
        name="permit_kafka_reachable",
        meaning="1 while the brokers answer",
        samples=lambda status: [] if status["relay"] is None else [((), float("unavailable" not in status["relay"]))],
    ),
    # Grows while the brokers or the relay are away; nothing is lost by waiting.
    MetricDefinition(name="permit_relay_lag_events", meaning="Events not sent yet", samples=_of_the_relay("lagEvents")),
    # What others notice of that: how long they wait for news.
    MetricDefinition(
        name="permit_relay_lag_seconds", meaning="Age of the oldest of them", samples=_of_the_relay("lagSeconds")
    ),
    # Grows by one each time another relay takes over: often means that they lose the database.
    MetricDefinition(
        name="permit_relay_epoch", meaning="Which relay is the active one", samples=_of_the_relay("epoch")
    ),
    # In offsets of a topic, or in events of the journal where there is no Kafka.
    MetricDefinition(
        name="permit_consumer_lag",
        labels=("consumer", "topic"),
        meaning="Messages not applied yet",
        samples=_of_each_consumer("lagOffsets", "lagEvents"),
    ),
    # Of the oldest message that waits, by its own time.
    MetricDefinition(
        name="permit_consumer_lag_seconds",
        labels=("consumer", "topic"),
        meaning="Age of the oldest",
        samples=_of_each_consumer("lagSeconds"),
    ),
    # A read model that has stopped while the journal grows.
    MetricDefinition(
        name="permit_projection_lag_events",
        labels=("projection",),
        meaning="Events not projected yet",
        samples=_of_each_projection("lagEvents"),
    ),
    # What people notice of that: how old their lists are.
    MetricDefinition(
        name="permit_projection_lag_seconds",
        labels=("projection",),
        meaning="Age of the oldest of them",
        samples=_of_each_projection("lagSeconds"),
    ),
    # Anything but 0 needs action: a version of the program that can apply the event must be installed.
    MetricDefinition(
        name="permit_projection_parked_streams",
        labels=("projection",),
        meaning="Applications with an event that cannot be applied",
        samples=_of_each_projection("parked"),
    ),
    # How many events of those applications the lists are missing.
    MetricDefinition(
        name="permit_projection_skipped_events",
        labels=("projection",),
        meaning="Events behind those",
        samples=_of_each_projection("skipped"),
    ),
    # By state: `late` is what has waited for longer than the policy finds normal.
    MetricDefinition(
        name="permit_crossroads_work",
        labels=("state",),
        meaning="Questions to the Crossroads Bank",
        samples=lambda status: [((state,), status["crossroads"]["work"][state]) for state in _WORK_STATES],
    ),
    # Grows while the bank is unavailable, or while no worker handles its queries.
    MetricDefinition(
        name="permit_crossroads_work_oldest_seconds",
        meaning="Age of the oldest open question",
        samples=lambda status: [((), status["crossroads"]["work"]["oldestSeconds"])],
    ),
    # `open`: the bank failed too often and is left alone for a while.
    MetricDefinition(
        name="permit_crossroads_breaker",
        labels=("state",),
        meaning="1 for the state the breaker is in",
        samples=lambda status: [
            ((state,), float(status["crossroads"]["breaker"]["state"] == state)) for state in _BREAKER_STATES
        ],
    ),
    # By check and outcome: a rise of one failure is seen before its questions are given up.
    MetricDefinition(
        name="permit_crossroads_outcomes_total",
        kind=Kind.COUNTER,
        labels=("check", "outcome"),
        meaning="Settled questions",
        samples=lambda status: [
            ((each["check"], each["outcome"]), each["number"]) for each in status["crossroads"]["outcomes"]
        ],
    ),
    # `stopped`: the receiver is gone, or took nothing for days; its owner has to go on.
    MetricDefinition(
        name="permit_webhooks",
        labels=("state",),
        meaning="Webhooks of employers and representatives",
        samples=lambda status: [((state,), number) for state, number in status["webhooks"]["states"].items()],
    ),
    # Of the active ones: their last notice did not arrive. All of them at once: this service does not get out.
    MetricDefinition(
        name="permit_webhooks_failing",
        meaning="Active webhooks whose receiver takes nothing",
        samples=lambda status: [((), status["webhooks"]["failing"])],
    ),
    # Grows while receivers are away, or while no worker sends.
    MetricDefinition(
        name="permit_webhook_notices_waiting",
        meaning="Notices not delivered yet to active webhooks",
        samples=lambda status: [((), status["webhooks"]["waiting"])],
    ),
    MetricDefinition(
        name="permit_webhook_notices_oldest_seconds",
        meaning="Age of the oldest of them",
        samples=lambda status: [((), status["webhooks"]["oldestSeconds"])],
    ),
    # They wait behind a dead letter of the same application.
    MetricDefinition(
        name="permit_parked_streams",
        labels=("consumer",),
        meaning="Applications that wait for a message",
        samples=_by_consumer("parkedStreams"),
    ),
    # Each waits for a person: `permit dead-letters list`.
    MetricDefinition(
        name="permit_dead_letters",
        labels=("consumer",),
        meaning="Dead-lettered messages still open",
        samples=_by_consumer("deadLetters"),
    ),
    # Too much of what it read failed: `permit dead-letters resume` lets it go on.
    MetricDefinition(
        name="permit_consumer_stopped",
        labels=("consumer",),
        meaning="1 for a consumer that waits for a person",
        samples=lambda status: [((each["name"],), 1) for each in status["stoppedConsumers"]],
    ),
)

METRICS: Final = (*OF_THE_PROCESS, *OF_THE_DATABASE)
