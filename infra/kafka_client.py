"""Which library sends to Kafka: kafka-python, which is always there, or confluent-kafka, which is an extra."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec


class KafkaClient(StrEnum):
    """By the name of its package."""

    KAFKA_PYTHON = "kafka-python"
    CONFLUENT = "confluent-kafka"

    @property
    def is_installed(self) -> bool:
        """Looked up, not imported: a program that sends nothing never loads it."""
        return find_spec(_MODULES[self]) is not None


_MODULES = {KafkaClient.KAFKA_PYTHON: "kafka", KafkaClient.CONFLUENT: "confluent_kafka"}
