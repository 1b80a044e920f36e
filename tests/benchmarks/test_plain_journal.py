"""The plain journal is what the journal was before: its bytes do not shrink when ours do."""

import orjson
import pytest

from domain.audit.merkle import leaf_hash
from domain.law.rulebook import Rulebook
from infra.benchmarks.plain_journal import decided_events, plain_rows
from infra.benchmarks.sample_journal import KeysInMemory, prepared_commands
from infra.postgres.journal.bulk_reading import JournalRow, moment_of, parse_rows


@pytest.fixture(scope="module")
def rows() -> list[JournalRow]:
    """Ten cases: one of each course. The journal's reader parses them: where it has an envelope, they have a leaf."""
    law = Rulebook.load()
    prepared = prepared_commands(10, KeysInMemory(b"test"), law)
    return list(parse_rows(plain_rows(decided_events(prepared, law.sha256))))


def test_positions_are_dense_and_every_stream_counts_from_one(rows: list[JournalRow]) -> None:
    assert [row.position for row in rows] == list(range(1, 87))
    for stream in {row.stream for row in rows}:
        versions = [row.version for row in rows if row.stream == stream]
        assert versions == list(range(1, len(versions) + 1))


def test_a_body_is_the_whole_event_as_plain_json(rows: list[JournalRow]) -> None:
    filed = orjson.loads(next(row.body for row in rows if row.type == "ApplicationSubmitted"))
    decided = orjson.loads(next(row.body for row in rows if row.type == "WorkPartDecided"))

    assert filed["worker"]["givenName"] == "Asha"
    assert decided["motivation"] == "The file is in order."
    assert decided["findings"][0]["trace"]


def test_each_leaf_builds_on_the_one_before_and_commits_to_each_personal_field(rows: list[JournalRow]) -> None:
    heads: dict[object, bytes] = {}
    for row in rows:
        leaf = orjson.loads(row.envelope)
        assert leaf_hash(row.envelope) == row.leaf_hash
        assert leaf.get("prev") == (heads[row.stream].hex() if row.stream in heads else None)
        heads[row.stream] = row.leaf_hash
    filed = orjson.loads(next(row.envelope for row in rows if row.type == "ApplicationSubmitted"))
    assert sorted(filed["commitments"]) == ["candidates", "grossPay", "title", "transfer", "workHistory", "worker"]
    assert {len(each) for each in filed["commitments"].values()} == {64}


def test_the_bytes_are_those_that_were_measured_before_events_were_compressed(rows: list[JournalRow]) -> None:
    """Leaves of 480 to 890 bytes and more than a kilobyte of body, whatever becomes of the stored form."""
    leaves = [len(row.envelope) for row in rows]
    assert 450 < min(leaves) < max(leaves) < 1_100
    assert 1_500 < sum(len(row.body) for row in rows) / len(rows) < 2_500


def test_what_is_known_when_never_goes_back(rows: list[JournalRow]) -> None:
    known = [moment_of(row.known_at) for row in rows]
    assert known == sorted(known)
