"""The parts of a migration, put together from those of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from api.composition import Program
from infra.kafka.consumer_loop import ConsumerLoop
from infra.migration.chunks import ChunkJudge
from infra.migration.loading import FileLoader
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.migration.topic_door import LegacyInbox, LegacyTopic
from infra.postgres.dead_letters import DeadLetters


def judge_of(program: Program, authority: MigratingAuthority) -> ChunkJudge:
    """Who judges the records of an authority."""
    return ChunkJudge(
        source=SOURCES[authority],
        codec=program.codec,
        keys=program.keys,
        origin=program.recorder.origin,
        digest_key=program.legacy_digest_key,
    )


@contextmanager
def legacy_consumer(program: Program, authority: MigratingAuthority, bootstrap: str) -> Iterator[ConsumerLoop]:
    """The consumer of the records that an authority sends over Kafka."""
    letters = DeadLetters(program.writers, program.keys)
    inbox = LegacyInbox(program.journal_url, judge_of(program, authority), letters, program.clock.now)
    with closing(inbox):
        prefix = program.settings.kafka_topic_prefix
        yield ConsumerLoop(LegacyTopic(authority), inbox, program.writers, bootstrap, prefix=prefix)


def loader_of(program: Program, authority: MigratingAuthority) -> FileLoader:
    """Who loads the files of an authority."""
    return FileLoader(program.journal_url, judge_of(program, authority), program.clock.now)
