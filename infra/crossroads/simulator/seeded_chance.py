"""Chance that repeats itself: the same seed and the same words give the same number, in any process."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

_SIXTY_FOUR_BITS = 2**64


def number(seed: int, *words: str) -> int:
    """An evenly spread integer from 0 to 2**64 - 1."""
    text = "\x1f".join((str(seed), *words))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def happens(share: float, seed: int, *words: str) -> bool:
    """Whether something happens to these words that happens to `share` (0 to 1) of all words."""
    return number(seed, *words) < share * _SIXTY_FOUR_BITS


def choose(choices: Sequence[Choice], seed: int, *words: str) -> Choice:
    """One of the choices, each as likely as the others."""
    return choices[number(seed, *words) % len(choices)]
