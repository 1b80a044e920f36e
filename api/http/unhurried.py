"""Answers that there is nothing there, at moments that say nothing: whatever was read to find it out.

A case that is out of reach is read before that is known, one that does not exist is not, and the difference can be
measured from outside. So an answer 404 waits for the next full step of time since its request began. It waits on the
event loop: no thread, no connection to the database and no memory but its own is held meanwhile.
"""

from __future__ import annotations

import asyncio
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NOT_FOUND = 404


class UnhurriedRefusals:
    """ASGI middleware. ``step`` is in seconds, and longer than it takes to read a case."""

    def __init__(self, app: ASGIApp, step: float) -> None:
        self._app = app
        self._step = step

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()

        async def send_unhurried(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _NOT_FOUND:
                await asyncio.sleep(-(time.monotonic() - began) % self._step)
            await send(message)

        await self._app(scope, receive, send_unhurried)
