"""Files that are being sent: the event loop waits for their bytes, and threads of their own do the work on them.

A thread that waited for a sender would be one of the few on which every other request depends. So nobody's thread
waits: a stalled sender holds one place of :class:`Uploads`, of which each caller has a few, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from anyio import CancelScope, CapacityLimiter, fail_after, to_thread

from api.http.content_digests import StatedDigests
from api.http.quotas import Asker, asker_of
from api.services.refusals import TooManyOfOneCaller, TooManyUploads, UploadTooSlow
from infra.identity.caller import Caller
from infra.limit_counts import Limit, LimitCounts
from infra.limits import UploadLimits

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", covariant=True)


class Receiving(Protocol[R]):
    """What takes a file in; see :class:`api.services.documents.ReceivingDocument`. Its methods block."""

    def take(self, chunk: bytes) -> None: ...

    def finish(self) -> R: ...

    def drop(self) -> None: ...


class Uploads:
    """The uploads of one process; to be used from its event loop only."""

    def __init__(self, limits: UploadLimits, counts: LimitCounts) -> None:
        self._limits = limits
        self._counts = counts
        self._threads = CapacityLimiter(limits.threads)
        self._under_way: Counter[Asker] = Counter()

    @asynccontextmanager
    async def place_for(self, caller: Caller) -> AsyncIterator[None]:
        """A place among the uploads, for as long as one may take.

        Raises :class:`TooManyOfOneCaller`, :class:`TooManyUploads` and :class:`UploadTooSlow`.
        """
        sender = asker_of(caller)
        if self._under_way[sender] >= self._limits.most_of_one_caller:
            self._counts.reached(Limit.UPLOADS_OF_ONE_CALLER)
            raise TooManyOfOneCaller(self._limits.most_of_one_caller)
        if self._under_way.total() >= self._limits.most:
            self._counts.reached(Limit.UPLOADS)
            raise TooManyUploads(self._limits.most)
        self._under_way[sender] += 1
        try:
            with fail_after(self._limits.longest_seconds):
                yield
        except TimeoutError:
            self._counts.reached(Limit.UPLOAD_SECONDS)
            raise UploadTooSlow(self._limits.longest_seconds) from None
        finally:
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]

    async def work(self, does: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do in a thread what blocks: on the disk, on the database, on the processor; never on the sender."""
        return await to_thread.run_sync(partial(does, *args, **kwargs), limiter=self._threads)

    async def receive(
        self, receiving: Receiving[R], chunks: AsyncIterator[bytes], *, stated: StatedDigests | None = None
    ) -> R:
        """Take the chunks as they come, to their end, and finish. Whatever is raised, also by them, it is dropped.

        Raises :class:`RequestRefused` (400) where the content is not what its sender ``stated``.
        """

        def take(chunk: bytes) -> None:
            if stated is not None:
                stated.take(chunk)
            receiving.take(chunk)

        try:
            async for chunk in chunks:
                if chunk:
                    await self.work(take, chunk)
            if stated is not None:
                stated.require()
        except BaseException:
            # Also when the sender is gone, or has taken too long.
            with CancelScope(shield=True):
                await self.work(receiving.drop)
            raise
        finished = []
        # Not to be given up half-way: it ends by itself, with what the journal answered.
        with CancelScope(shield=True):
            finished.append(await self.work(receiving.finish))
        return finished[0]
