"""What may go wrong with Kafka.

KafkaFailure
├── KafkaUnavailable   (Unusable) it cannot be reached, or refused
├── DeliveryUncertain  not every record of a window was acknowledged in time
└── KafkaNotHere       (Unusable) no broker can be run on this machine, for tests and benchmarks
"""

from __future__ import annotations

from domain.unusable import Unusable


class KafkaFailure(Exception):
    """What was to be done with Kafka was not done, or is not known to have been."""


class KafkaUnavailable(KafkaFailure, Unusable):
    """Kafka cannot be reached, or refused; nothing is known to have been written."""


class DeliveryUncertain(KafkaFailure):
    """Not every record of a window was acknowledged in time. Some may have been written: send the whole again."""


class KafkaNotHere(KafkaFailure, Unusable):
    """No broker can be run on this machine; the sentence says what is missing."""
