"""Every topic there is: its name, how it is cut and kept, who owns it, and what it is for.

A topic is made by ``permit topics create`` and never by a first write. Records are deleted after their retention and
never compacted: the journal is what is kept, topics carry copies of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_OURS: Final = "single-permit"
_WEEK: Final = timedelta(days=7)
_HOURS: Final = timedelta(hours=12)
_PARTITIONS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """``owner`` is who writes it. Records of one key (``key`` says of what) are in one partition, in their order."""

    name: str
    owner: str
    purpose: str
    key: str = "applicationId"
    partitions: int = _PARTITIONS
    retention: timedelta = _WEEK


APPLICATIONS: Final = Topic(
    name="single-permit.applications.v1",
    owner=_OURS,
    purpose="every event of every application, without personal data",
)
CHECK_REQUESTS: Final = Topic(
    name="single-permit.crossroads.requests.v1",
    owner=_OURS,
    purpose="checks to be made at the Crossroads Bank: application, check and revision only",
)
CHECK_ANSWERS: Final = Topic(
    name="single-permit.crossroads.answers.v1",
    owner=_OURS,
    purpose="results of checks: a copy that triggers nothing",
)


def legacy_records(authority: str) -> Topic:
    """The feed in which an authority that migrates delivers its records. They hold personal data: hours only."""
    return Topic(
        name=f"legacy.{authority}.records.v1",
        owner=authority,
        purpose=f"records of the former system of the authority {authority}, to be loaded into the journal",
        key="naturalKey",
        retention=_HOURS,
    )


def dead_letters(topic: Topic) -> Topic:
    """Which records of a topic were dead-lettered, without content; the records themselves are in the database."""
    return Topic(
        name=f"{topic.name}.dead-letters",
        owner=_OURS,
        purpose=f"which records of {topic.name} were dead-lettered, and why",
        key="coordinates",
        partitions=1,
        retention=timedelta(days=30),
    )


CONSUMED: Final = (
    APPLICATIONS,
    CHECK_REQUESTS,
    legacy_records("brussels"),
    legacy_records("wallonia"),
    legacy_records("german-community"),
)

TOPICS: Final = (*CONSUMED, CHECK_ANSWERS, *map(dead_letters, CONSUMED))
