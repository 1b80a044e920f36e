"""Drafts at rest: nobody reads one but its owner, and nobody at all once it is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg2
import pytest
from cryptography.exceptions import InvalidTag

from api.composition import Program, open_program
from domain.drafts.draft import Draft, StaleDraft
from infra.postgres.drafts.draft_store import After
from infra.settings import Settings
from infra.workers.old_drafts import OldDrafts
from tests.world.databases import program_databases

pytestmark = pytest.mark.server

NOW = datetime(2026, 1, 20, 10, tzinfo=UTC)
CANARY = "Vandekanarie"


@pytest.fixture(scope="module")
def program(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=tmp_path_factory.mktemp("home"), database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as opened:
            yield opened


def a_draft(*, name: str = CANARY, touched_at: datetime = NOW, authority: str = "flanders") -> Draft:
    body = {"authority": authority, "worker": {"familyName": name}}
    return Draft(draft_id=uuid4(), version=1, body=body, saved_at={"worker": 1}, begun_at=NOW, touched_at=touched_at)


def keys_url(program: Program) -> str:
    """The key store, as who set it up."""
    url = program.settings.key_database_url
    assert url is not None
    return url


def old_drafts(program: Program) -> OldDrafts:
    return OldDrafts(program.drafts, program.batches, program.draft_keys, program.limits.drafts.retention, lambda: NOW)


def owner_of(program: Program) -> str:
    """Somebody who has no draft yet."""
    return program.drafts.owner("employer", str(uuid4()))


def stored(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def test_a_draft_is_read_as_it_was_saved_and_by_its_owner_only(program: Program) -> None:
    owner, stranger, draft = owner_of(program), owner_of(program), a_draft()
    program.drafts.add(owner, draft)
    assert program.drafts.read(owner, draft.draft_id) == draft
    assert program.drafts.read(stranger, draft.draft_id) is None
    assert program.drafts.listed(stranger, limit=10, after=None) == []
    with pytest.raises(StaleDraft):
        program.drafts.save(stranger, replace(draft, version=2), over=1)
    assert not program.drafts.delete(stranger, draft.draft_id)
    assert program.drafts.read(owner, draft.draft_id) == draft


def test_nothing_of_it_and_of_its_owner_is_in_clear(program: Program) -> None:
    owner, draft = program.drafts.owner("employer", "0202239951"), a_draft()
    program.drafts.add(owner, draft)
    ((row,),) = stored(program.journal_url, "select d::text from permit.draft d where id = %s", str(draft.draft_id))
    ((sealed,),) = stored(program.journal_url, "select sealed from permit.draft where id = %s", str(draft.draft_id))
    assert CANARY not in str(row)
    assert "0202239951" not in str(row)
    assert isinstance(sealed, memoryview)
    assert CANARY.encode() not in bytes(sealed)


def test_a_sealed_draft_opens_in_no_other_row_and_after_no_newer_one(program: Program) -> None:
    owner, draft = owner_of(program), a_draft()
    program.drafts.add(owner, draft)
    ((old,),) = stored(program.journal_url, "select sealed from permit.draft where id = %s", str(draft.draft_id))
    program.drafts.save(owner, replace(draft, version=2), over=1)
    stored(program.journal_url, "update permit.draft set sealed = %s where id = %s", old, str(draft.draft_id))
    with pytest.raises(InvalidTag):
        program.drafts.read(owner, draft.draft_id)


def test_of_two_who_save_at_once_one_is_told(program: Program) -> None:
    owner, draft = owner_of(program), a_draft()
    program.drafts.add(owner, draft)
    program.drafts.save(owner, replace(draft, version=2), over=1)
    with pytest.raises(StaleDraft):
        program.drafts.save(owner, replace(draft, version=2), over=1)


def test_the_list_goes_on_where_it_ended_also_among_drafts_of_one_moment(program: Program) -> None:
    owner = owner_of(program)
    drafts = [a_draft(touched_at=NOW + timedelta(seconds=number // 2)) for number in range(7)]
    for each in drafts:
        program.drafts.add(owner, each)
    found: list[UUID] = []
    after = None
    while page := program.drafts.listed(owner, limit=2, after=after):
        found += [each.draft_id for each in page]
        after = After(page[-1].touched_at, page[-1].draft_id)
    expected = sorted(drafts, key=lambda each: (each.touched_at, each.draft_id), reverse=True)
    assert found == [each.draft_id for each in expected]


@pytest.mark.parametrize("login", ["reader", "writer"])
def test_which_files_drafts_have_is_for_the_program_alone(program: Program, login: str) -> None:
    with closing(psycopg2.connect(getattr(program.serving, login))) as connection, connection.cursor() as cursor:
        cursor.execute("select has_table_privilege('permit.draft_file', 'select')")
        assert cursor.fetchall() == [(login == "writer",)]


def test_with_a_draft_its_key_is_deleted(program: Program) -> None:
    owner, draft = owner_of(program), a_draft()
    program.drafts.add(owner, draft)
    ((sealed,),) = stored(program.journal_url, "select d.sealed from permit.draft d where id = %s", str(draft.draft_id))
    assert program.drafts.delete(owner, draft.draft_id)
    assert program.draft_keys.of((draft.draft_id,)) == {}
    # What a backup of the journal's database brings back is nobody's.
    stored(
        program.journal_url,
        "insert into permit.draft (id, owner, version, begun_at, touched_at, sealed)"
        " values (%s, %s, 1, now(), now(), %s)",
        str(draft.draft_id),
        owner,
        sealed,
    )
    assert program.drafts.read(owner, draft.draft_id) is None


def test_what_nobody_touched_for_ninety_days_is_deleted_and_nothing_else(program: Program) -> None:
    owner = owner_of(program)
    old, young = a_draft(touched_at=NOW - timedelta(days=90, seconds=1)), a_draft(touched_at=NOW - timedelta(days=89))
    for each in (old, young):
        program.drafts.add(owner, each)
    collection = old_drafts(program)
    assert collection.collect() == 1
    assert [each.draft_id for each in program.drafts.listed(owner, limit=10, after=None)] == [young.draft_id]
    assert program.draft_keys.of((old.draft_id,)) == {}
    assert collection.collect() == 0


def test_a_key_that_a_crash_left_is_collected_after_an_hour(program: Program) -> None:
    owner, kept, left, under_way = owner_of(program), a_draft(), uuid4(), uuid4()
    program.drafts.add(owner, kept)
    for each in (left, under_way):
        program.draft_keys.make(each)
    stored(
        keys_url(program),
        "update permit.draft_key set made_at = now() - interval '61 minutes' where draft = any(%s::uuid[])",
        [str(kept.draft_id), str(left)],
    )
    collection = old_drafts(program)
    collection.collect()
    assert program.draft_keys.of((kept.draft_id, left, under_way)).keys() == {kept.draft_id, under_way}


def test_an_authority_learns_how_many_there_are_and_no_more(program: Program) -> None:
    before = program.drafts.count_for("wallonia")
    program.drafts.add(owner_of(program), a_draft(authority="wallonia"))
    program.drafts.add(owner_of(program), a_draft(authority="brussels"))
    assert program.drafts.count_for("wallonia") == before + 1


@pytest.mark.parametrize("rows", ["", "employer:0202239951", "authority:flanders", "draftsOf:", "draftsOf:somebody"])
def test_who_does_not_name_the_owner_is_shown_no_draft(program: Program, rows: str) -> None:
    program.drafts.add(owner_of(program), a_draft())
    with program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("set permit.rows = %s; select count(*) from draft", (rows,))
        assert cursor.fetchall() == [(0,)]
        cursor.execute("reset permit.rows")
