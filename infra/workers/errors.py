"""Why a worker stops for a person to look. A consumer may also stop with ``ConsumerStopped`` of its inbox.

WorkerStopped
├── EventUnpublishable  the relay cannot make a message of an event
└── PositionLost        what a consumer has to read next is no longer there
"""

from __future__ import annotations


class WorkerStopped(Exception):
    """The worker cannot go on by itself; the text says what to do."""


class EventUnpublishable(WorkerStopped):
    """No message can be made of an event. Everything before it has been sent, and nothing after it."""


class PositionLost(WorkerStopped):
    """The topic no longer holds what the consumer has to read next: it expired, or the topic was created again."""
