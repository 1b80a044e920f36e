"""What may go wrong with Kafka.

KafkaFailure
├── KafkaUnavailable   (Unusable) it cannot be reached, or refused
├── DeliveryUncertain  not every record of a window was acknowledged in time
├── NotDelivered       the library that sends gave a record up; nobody but the sender sees it
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


class NotDelivered(KafkaFailure):
    """The library gave a record up, or will not take it. The text is the library's name for what happened."""


class KafkaNotHere(KafkaFailure, Unusable):
    """No broker can be run on this machine; the sentence says what is missing."""
