"""One contract for subject keys: the durable store, and the one in memory that unit tests use instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID, uuid4

import psycopg2
import pytest

from infra.keys import KEY_BYTES, KeyEncryptionKeyUnusable, KeyMissing, MasterKey
from infra.postgres.journal.key_store import PostgresKeyStore, holds_keys
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.databases import keys_database

MASTER = MasterKey(b"m" * KEY_BYTES)

Store = tuple[KeysInMemory | PostgresKeyStore, Callable[[UUID], None]]


def _destroy_in_database(url: str, subject: UUID) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (str(subject),)
        )


@pytest.fixture
def keys_url(admin_url: str) -> Iterator[str]:
    with keys_database(admin_url) as url:
        yield url


@pytest.fixture(params=["in memory", pytest.param("postgresql", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The keys, and how a subject's key is destroyed in them."""
    if request.param == "in memory":
        keys = KeysInMemory()
        yield keys, keys.destroy
    else:
        url = request.getfixturevalue("keys_url")
        with closing(PostgresKeyStore(url, MASTER, cached_for=0.0)) as durable:
            yield durable, lambda subject: _destroy_in_database(url, subject)


def test_a_minted_subject_has_a_key_of_its_own(store: Store) -> None:
    keys, _ = store
    one, other = keys.mint(), keys.mint()
    assert len(keys.key_to_encrypt(one)) == KEY_BYTES
    assert keys.key_to_encrypt(one) == keys.key_to_decrypt(one)
    assert keys.key_to_encrypt(one) != keys.key_to_encrypt(other)


def test_a_destroyed_key_decrypts_nothing_and_encrypts_nothing(store: Store) -> None:
    keys, destroy = store
    subject = keys.mint()
    keys.key_to_encrypt(subject)
    destroy(subject)
    assert keys.key_to_decrypt(subject) is None
    with pytest.raises(KeyMissing):
        keys.key_to_encrypt(subject)


def test_a_subject_that_was_never_minted_is_missing_not_erased(store: Store) -> None:
    keys, _ = store
    with pytest.raises(KeyMissing):
        keys.key_to_decrypt(uuid4())


@pytest.mark.server
class TestTheDurableStore:
    def test_a_key_outlives_the_process_that_minted_it(self, keys_url: str) -> None:
        with closing(PostgresKeyStore(keys_url, MASTER)) as first:
            subject = first.mint()
            key = first.key_to_encrypt(subject)
        with closing(PostgresKeyStore(keys_url, MASTER)) as second:
            assert second.key_to_decrypt(subject) == key

    def test_no_key_stands_in_the_database_unwrapped(self, keys_url: str) -> None:
        with closing(PostgresKeyStore(keys_url, MASTER)) as keys:
            key = keys.key_to_encrypt(keys.mint())
        with closing(psycopg2.connect(keys_url)) as connection, connection.cursor() as cursor:
            cursor.execute("select wrapped from permit.data_key")
            assert all(key not in bytes(wrapped) for (wrapped,) in cursor.fetchall())

    def test_another_key_encryption_key_is_said_to_be_the_wrong_one(self, keys_url: str) -> None:
        with closing(PostgresKeyStore(keys_url, MASTER)) as keys:
            subject = keys.mint()
        with (
            closing(PostgresKeyStore(keys_url, MasterKey(b"x" * KEY_BYTES))) as others,
            pytest.raises(KeyEncryptionKeyUnusable, match="not the one"),
        ):
            others.key_to_decrypt(subject)

    def test_a_new_store_holds_no_keys(self, keys_url: str) -> None:
        assert not holds_keys(keys_url)
        with closing(PostgresKeyStore(keys_url, MASTER)) as keys:
            keys.mint()
        assert holds_keys(keys_url)


@pytest.mark.server
def test_many_keys_are_at_hand_in_bounded_memory_and_none_is_lost(keys_url: str) -> None:
    with closing(PostgresKeyStore(keys_url, MASTER, most_cached=30)) as keys:
        # when a load mints a chunk of keys after the other
        subjects = [subject for _ in range(20) for subject in keys.mint_many(10)]
        used = {subject: keys.key_to_encrypt(subject) for subject in subjects}
        # then those of a few chunks are kept, however many there were
        assert len(keys._cache) <= 40
    # and every one of them is the one that is durable
    with closing(PostgresKeyStore(keys_url, MASTER)) as later:
        assert {subject: later.key_to_decrypt(subject) for subject in subjects} == used
    assert len(set(used.values())) == 200
