"""Drafts and batches that nobody touched for as long as they are kept, and keys that nothing is under: collected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.drafts.draft import Retention
from infra.postgres.drafts.batch_store import BatchStore
from infra.postgres.drafts.draft_keys import DraftKeys
from infra.postgres.drafts.draft_store import DraftStore
from infra.structured_logs import get_logger

_AT_ONCE: Final = 500
_FIRST: Final = UUID(int=0)

_log = get_logger(__name__)


class OldDrafts:
    """Implements :class:`infra.workers.leftovers.Collection`. ``now`` is the time of the procedure."""

    def __init__(
        self,
        drafts: DraftStore,
        batches: BatchStore,
        keys: DraftKeys,
        retention: Retention,
        now: Callable[[], datetime],
    ) -> None:
        self._drafts = drafts
        self._batches = batches
        self._keys = keys
        self._retention = retention
        self._now = now

    def collect(self) -> int:
        """Give how many drafts and batches were deleted. Raises ``DatabaseUnavailable``."""
        since, deleted = self._retention.untouched_since(self._now()), 0
        while old := self._drafts.untouched_since(since, _AT_ONCE):
            deleted += self._drafts.delete_untouched(old, since)
        while old_batches := self._batches.delete_untouched(since, _AT_ONCE):
            deleted += old_batches
        if deleted:
            _log.info("drafts.deleted", count=deleted)
        self._collect_keys()
        return deleted

    def _collect_keys(self) -> None:
        """A crash leaves a key without its draft or batch: before that was kept, or after it was deleted."""
        after = _FIRST
        while older := self._keys.older(after, _AT_ONCE):
            after = older[-1]
            if gone := self._drafts.gone(older):
                self._keys.destroy(gone)
                _log.info("draft_keys.collected", count=len(gone))
