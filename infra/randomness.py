"""Random bytes from the operating system, fetched in blocks for each thread.

``os.urandom`` gives up the interpreter lock at each call; among some dozens of appending threads getting it back costs
more than encrypting an event. A block is used once, by one thread, and a forked child begins with none.
"""

from __future__ import annotations

import os
import threading
from typing import Final
from uuid import UUID

_BLOCK_BYTES: Final = 4_096


class _Block(threading.local):
    data = b""
    used = 0


_block = _Block()


def random_bytes(count: int) -> bytes:
    """``count`` bytes (at most a block) that nobody else was or will be given."""
    begin = _block.used
    if begin + count > len(_block.data):
        _block.data, begin = os.urandom(_BLOCK_BYTES), 0
    _block.used = begin + count
    return _block.data[begin : begin + count]


def random_uuid() -> UUID:
    """A UUID of version 4 (RFC 9562, section 5.4)."""
    return UUID(bytes=random_bytes(16), version=4)


def _forget() -> None:
    _block.data = b""


os.register_at_fork(after_in_child=_forget)
