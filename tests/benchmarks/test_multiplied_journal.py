"""A multiplied journal has the shape of a large one, and its originals are still cases that verify."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from infra.benchmarks.multiplied_journal import multiply
from infra.benchmarks.sample_journal import SampleJournal, sample_journal

pytestmark = pytest.mark.server

TIMES = 4


@pytest.fixture(scope="module")
def originals(admin_url: str) -> Iterator[tuple[SampleJournal, list[tuple]]]:
    """Ten cases, 86 events, each of them there four times."""
    with sample_journal(admin_url, 10) as journal:
        before = found(journal, "select stream, version, leaf_hash from permit.journal order by position")
        assert multiply(journal.url, TIMES) == 86 * TIMES
        yield journal, before


def found(journal: SampleJournal, statement: str) -> list[tuple]:
    with closing(psycopg2.connect(journal.url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_positions_are_dense_and_what_is_known_when_never_goes_back(originals: tuple) -> None:
    journal, _ = originals
    rows = found(journal, "select position, known_at from permit.journal order by position")
    head = found(journal, "select position from permit.journal_head")

    assert [position for position, _ in rows] == list(range(1, 86 * TIMES + 1))
    assert [known for _, known in rows] == sorted(known for _, known in rows)
    assert head == [(86 * TIMES,)]


def test_the_originals_are_there_unchanged_one_among_its_copies_each_time(originals: tuple) -> None:
    journal, before = originals
    now = found(journal, "select stream, version, leaf_hash from permit.journal order by position")

    assert now[::TIMES] == before


def test_every_copy_is_a_case_of_its_own_with_all_its_events(originals: tuple) -> None:
    journal, before = originals
    counted = found(journal, "select stream, count(*), max(version) from permit.journal group by stream")

    assert len(counted) == 10 * TIMES
    assert all(events == last for _, events, last in counted)
    assert {str(stream)[:8] for stream, _, _ in counted} == {str(stream)[:8] for stream, _, _ in before}


def test_every_command_names_the_last_event_that_it_led_to(originals: tuple) -> None:
    journal, _ = originals
    ((commands, astray),) = found(
        journal,
        "select count(*), count(*) filter (where (j.stream, j.version) is distinct from (c.stream, c.version))"
        " from permit.command c left join permit.journal j on j.position = c.position",
    )

    assert (commands, astray) == (48 * TIMES, 0)
