"""The frontier against the recursive definition of RFC 6962 §2.1, which knows nothing of it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit.merkle import Frontier, leaf_hash


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    return tree_of([sha256(b"\x00" + leaf).digest() for leaf in leaves])


def tree_of(hashes: list[bytes]) -> bytes:
    """The same, of leaves that are known by their hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + tree_of(hashes[:k]) + tree_of(hashes[k:])).digest()


def test_every_size_up_to_130_has_the_root_of_the_definition() -> None:
    frontier = Frontier()
    leaves: list[bytes] = []
    assert frontier.root() == tree_hash(leaves)
    for n in range(130):
        leaves.append(f"leaf {n}".encode())
        frontier.append(leaf_hash(leaves[-1]))
        assert (frontier.size, frontier.root()) == (n + 1, tree_hash(leaves))


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_any_leaves_have_the_root_of_the_definition(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
    assert frontier.root() == tree_hash(leaves)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=40, unique=True), st.data())
def test_two_leaves_that_change_places_change_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    one, other = sorted(data.draw(st.sets(st.integers(0, len(leaves) - 1), min_size=2, max_size=2)))
    swapped = list(leaves)
    swapped[one], swapped[other] = leaves[other], leaves[one]
    roots = set()
    for order in (leaves, swapped):
        frontier = Frontier()
        for leaf in order:
            frontier.append(leaf_hash(leaf))
        roots.add(frontier.root())
    assert len(roots) == 2


@given(st.lists(st.sampled_from([0, 1, 2, 3, 4]), max_size=12))
def test_whole_subtrees_grow_the_same_tree_as_their_leaves(heights: list[int]) -> None:
    frontier, leaves = Frontier(), list[bytes]()
    for height in heights:
        count = 2**height
        added = [f"leaf {len(leaves) + n}".encode() for n in range(count)]
        if len(leaves) % count == 0:
            frontier.append(tree_hash(added), leaves=count)
            leaves += added
    assert (frontier.size, frontier.root()) == (len(leaves), tree_hash(leaves))


@pytest.mark.parametrize(("size", "leaves"), [(1, 2), (2, 4), (6, 4), (0, 3), (3, 3)])
def test_a_subtree_that_is_none_of_the_tree_is_refused(size: int, leaves: int) -> None:
    frontier = Frontier()
    for _ in range(size):
        frontier.append(leaf_hash(b"leaf"))
    with pytest.raises(ValueError, match=f"no subtree of {leaves} leaves begins after {size} leaves"):
        frontier.append(b"root", leaves=leaves)
