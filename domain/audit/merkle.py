"""The Merkle tree of the journal: RFC 6962 / RFC 9162 hashes over the leaves in position order."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 9162 §2.1.1: the hash of a leaf, prefixed so that it can never pass for an inner node."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 §2.1.1: the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the perfect subtrees that make up a growing log, largest first.

    Appending is amortised constant time, and the frontier of a log of ``n`` leaves holds at most
    ``log2(n) + 1`` hashes, so a checkpoint can be carried on without reading the log again.
    """

    def __init__(self) -> None:
        self._size = 0
        self._subtrees: list[bytes] = []

    @property
    def size(self) -> int:
        """The number of leaves appended so far."""
        return self._size

    def append(self, node: bytes, *, leaves: int = 1) -> None:
        """Add the next leaf, already hashed with :func:`leaf_hash`; or the root of a perfect subtree of ``leaves``.

        Those are a power of two, and the size so far is a multiple of it: only then is the subtree one of this tree.
        """
        if leaves & (leaves - 1) or self._size % leaves:
            raise ValueError(f"no subtree of {leaves} leaves begins after {self._size} leaves")
        remaining = self._size // leaves
        while remaining & 1:
            node = node_hash(self._subtrees.pop(), node)
            remaining >>= 1
        self._subtrees.append(node)
        self._size += leaves

    def root(self) -> bytes:
        """The tree hash over all leaves appended so far."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = node_hash(subtree, root)
        return root
