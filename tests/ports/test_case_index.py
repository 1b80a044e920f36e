"""The index of cases: candidates by a number, and by the words of a name of one authority, gone with their key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Thread
from uuid import UUID, uuid4

import psycopg2
import pytest

from domain.case.events import CaseCorrected
from domain.name_words import readings_of
from infra.keys import KEY_BYTES, MasterKey
from infra.postgres.journal.case_index import MOST_FOUND, CaseIndex, TooManyNamed
from infra.postgres.journal.key_store import PostgresKeyStore
from tests.keys.case_index_in_memory import CaseIndexInMemory
from tests.world.databases import keys_database
from tests.world.stated import stating

pytestmark = pytest.mark.server

MASTER = MasterKey(b"m" * KEY_BYTES)
SSIN = "85073003328"
OTHER_SSIN = "17073003384"


@pytest.fixture
def keys_url(admin_url: str) -> Iterator[str]:
    with keys_database(admin_url) as url:
        yield url


@pytest.fixture
def keys(keys_url: str) -> Iterator[PostgresKeyStore]:
    with closing(PostgresKeyStore(keys_url, MASTER, cached_for=0.0)) as opened:
        yield opened


def called(subject: UUID, employer: str) -> CaseCorrected:
    return stating(subject, employer=employer)


def found(index: CaseIndex, typed: str, authority: str = "flanders") -> frozenset[UUID]:
    return index.subjects_named(authority, readings_of(typed))


def rows(url: str) -> int:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from permit.name_index")
        ((number,),) = cursor.fetchall()
        return int(number)


def destroy(url: str, subject: UUID) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (str(subject),)
        )


@pytest.fixture(params=["in memory", "postgresql"])
def finding(request: pytest.FixtureRequest, keys: PostgresKeyStore) -> CaseIndexInMemory | CaseIndex:
    return CaseIndexInMemory() if request.param == "in memory" else CaseIndex(keys.pool, MASTER)


def test_the_cases_of_a_person_are_found_by_number(
    finding: CaseIndexInMemory | CaseIndex, keys: PostgresKeyStore
) -> None:
    # given two cases of a person, the second of which got the number later, and one of somebody else
    first, later, other = keys.mint_many(3)
    finding.remember("flanders", [stating(first, ssin=SSIN), stating(other, ssin=OTHER_SSIN)])
    finding.remember("brussels", [stating(later, employer="Acme")])
    for _ in range(2):
        finding.remember("brussels", [stating(later, ssin=SSIN)])
    # then each number finds its own, whatever the authority
    assert finding.subjects_of(SSIN) == {first, later}
    assert finding.subjects_of(OTHER_SSIN) == {other}
    assert finding.subjects_of("90410100190") == frozenset()


def test_no_number_stands_in_the_database(keys: PostgresKeyStore, keys_url: str) -> None:
    linked = keys.mint_many(2)
    CaseIndex(keys.pool, MASTER).remember("flanders", [stating(each, ssin=SSIN) for each in linked])
    with closing(psycopg2.connect(keys_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select subject::text, person, encode(person, 'escape') from permit.person_index")
        (one, digest, text), (other, same, _) = cursor.fetchall()
    assert {UUID(one), UUID(other)} == set(linked)
    assert bytes(digest) == bytes(same)
    assert SSIN not in text


def test_a_case_is_found_by_the_words_of_its_names(keys: PostgresKeyStore) -> None:
    index, (one, other) = CaseIndex(keys.pool, MASTER), keys.mint_many(2)
    index.remember("flanders", [called(one, "Ben-Salah & Zonen"), called(other, "Salah Transport")])

    assert found(index, "bensalah") == found(index, "Ben Salah") == {one}
    assert found(index, "SALAH") == {one, other}
    assert found(index, "Salah Zonen") == {one}
    assert found(index, "Sala") == frozenset()


def test_what_was_ever_stated_is_kept_and_stated_twice_is_one(keys: PostgresKeyStore, keys_url: str) -> None:
    index, subject = CaseIndex(keys.pool, MASTER), keys.mint()
    for name in ("Acme", "Acme", "Haven NV"):
        index.remember("flanders", [called(subject, name)])

    assert found(index, "Acme") == found(index, "Haven") == {subject}
    assert rows(keys_url) == 1


def test_another_authority_finds_nothing(keys: PostgresKeyStore) -> None:
    index, subject = CaseIndex(keys.pool, MASTER), keys.mint()
    index.remember("flanders", [called(subject, "Acme")])

    assert found(index, "Acme", "brussels") == frozenset()


def test_no_word_stands_in_the_database(keys: PostgresKeyStore, keys_url: str) -> None:
    # given the same name under two key-encryption keys
    one, other = keys.mint_many(2)
    CaseIndex(keys.pool, MASTER).remember("flanders", [called(one, "Zwaluwina")])
    CaseIndex(keys.pool, MasterKey(b"x" * KEY_BYTES)).remember("flanders", [called(other, "Zwaluwina")])
    # then what is stored has neither the word nor anything in common
    with closing(psycopg2.connect(keys_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select words, name_index::text from permit.name_index")
        (first, text), (second, _) = cursor.fetchall()
    assert not set(first) & set(second)
    assert "zwaluwina" not in text.lower()


def test_the_names_go_with_the_key(keys: PostgresKeyStore, keys_url: str) -> None:
    index, (erased, kept) = CaseIndex(keys.pool, MASTER), keys.mint_many(2)
    index.remember("flanders", [called(erased, "Acme"), called(kept, "Acme")])

    # when the key of a person is destroyed, by whatever way
    destroy(keys_url, erased)

    # then nothing is left by which that person is found, and nothing comes back
    index.remember("flanders", [called(erased, "Acme")])
    assert found(index, "Acme") == {kept}
    assert rows(keys_url) == 1


def test_names_that_are_written_while_the_key_is_destroyed_are_gone_too(keys: PostgresKeyStore, keys_url: str) -> None:
    index, subject = CaseIndex(keys.pool, MASTER), keys.mint()
    # given names that are written and not committed yet
    with closing(psycopg2.connect(keys_url)) as writing:
        writing.cursor().execute(
            "select permit.remember_case('{}', '{}', array[%s]::uuid[], array['{1,2}'])", (str(subject),)
        )
        # when the key is destroyed meanwhile, which has to wait for them
        destroying = Thread(target=destroy, args=(keys_url, subject))
        destroying.start()
        destroying.join(0.3)
        assert destroying.is_alive()
        writing.commit()
    destroying.join()
    # then they are gone with it
    assert rows(keys_url) == 0
    assert found(index, "Acme") == frozenset()


def test_nothing_is_kept_of_somebody_without_a_key(keys: PostgresKeyStore, keys_url: str) -> None:
    index, nobody = CaseIndex(keys.pool, MASTER), uuid4()
    index.remember("flanders", [called(nobody, "Acme"), stating(nobody, ssin=SSIN)])
    assert rows(keys_url) == 0
    assert index.subjects_of(SSIN) == frozenset()


def test_a_name_that_very_many_have_finds_nobody(keys: PostgresKeyStore) -> None:
    index, subjects = CaseIndex(keys.pool, MASTER), keys.mint_many(MOST_FOUND + 1)
    index.remember("flanders", [called(each, "Acme NV") for each in subjects[:-1]])
    assert len(found(index, "nv")) == MOST_FOUND
    index.remember("flanders", [called(subjects[-1], "Haven NV")])
    with pytest.raises(TooManyNamed):
        found(index, "nv")
    assert found(index, "Haven NV") == {subjects[-1]}
