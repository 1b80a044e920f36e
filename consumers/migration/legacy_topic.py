"""The consumer of the records that an authority sends over Kafka: its name and its topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.topics import legacy_records


@dataclass(frozen=True, slots=True)
class LegacyTopic:
    """What the consumer loop needs to know of the consumer."""

    authority: str

    @property
    def name(self) -> str:
        return f"legacy-{self.authority}"

    @property
    def topics(self) -> Sequence[str]:
        return (legacy_records(self.authority).name,)
