"""How often each limit was met, for ``/metrics``; of this process alone, since it began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from threading import Lock


class Limit(StrEnum):
    """What can be met, as the metric names it."""

    CONNECTIONS = "connections"
    CONNECTIONS_OF_ONE_ADDRESS = "connectionsOfOneAddress"
    HEADER_BYTES = "headerBytes"
    HEADERS_SECONDS = "headersSeconds"
    BODY_STALL = "bodyStall"
    UNREAD_ANSWER = "unreadAnswer"
    DRAFTS_OF_ONE_OWNER = "draftsOfOneOwner"
    SIZE_OF_A_DRAFT = "sizeOfADraft"
    WEBHOOKS_OF_ONE_OWNER = "webhooksOfOneOwner"
    BATCHES_OF_ONE_OWNER = "batchesOfOneOwner"
    SIZE_OF_A_BATCH = "sizeOfABatch"
    DOCUMENTS_OF_DRAFTS = "documentsOfDrafts"
    REQUESTS_AT_A_TIME = "requestsAtATime"
    REQUESTS_A_MINUTE = "requestsAMinute"
    REQUESTS_A_MINUTE_OF_A_KIND = "requestsAMinuteOfAKind"
    DATABASE_CONNECT = "databaseConnect"
    DATABASE_POOL = "databasePool"
    DATABASE_LOCK = "databaseLock"
    DATABASE_STATEMENT = "databaseStatement"
    DATABASE_ANSWER = "databaseAnswer"
    UPLOADS = "uploads"
    UPLOADS_OF_ONE_CALLER = "uploadsOfOneCaller"
    UPLOAD_SECONDS = "uploadSeconds"
    SIZE_OF_A_CASE = "sizeOfACase"
    SIGN_IN_ATTEMPTS = "signInAttempts"
    BODY_BYTES = "bodyBytes"
    BODY_DEPTH = "bodyDepth"
    BODY_VALUES = "bodyValues"


class LimitCounts:
    """Safe between threads."""

    def __init__(self) -> None:
        self._counts: Counter[Limit] = Counter()
        self._mutex = Lock()

    def reached(self, limit: Limit) -> None:
        with self._mutex:
            self._counts[limit] += 1

    def totals(self) -> Mapping[Limit, int]:
        """Every limit there is, also those that nobody met."""
        with self._mutex:
            return {each: self._counts[each] for each in Limit}
