"""The parts of a migration, put together from those of the program."""

from __future__ import annotations

from api.composition import Program
from infra.migration.chunks import ChunkJudge
from infra.migration.loading import FileLoader
from infra.migration.sources import SOURCES, MigratingAuthority


def judge_of(program: Program, authority: MigratingAuthority) -> ChunkJudge:
    """Who judges the records of an authority."""
    return ChunkJudge(
        source=SOURCES[authority],
        codec=program.codec,
        keys=program.keys,
        origin=program.recorder.origin,
        digest_key=program.legacy_digest_key,
    )


def loader_of(program: Program, authority: MigratingAuthority) -> FileLoader:
    """Who loads the files of an authority."""
    return FileLoader(program.journal_url, judge_of(program, authority), program.clock.now)
