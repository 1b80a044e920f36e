"""A load in a process of its own: what it took of time, of its processor and of memory is the load's alone."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from consumers.migration.chunks import ChunkJudge
from infra.benchmarks.sample_journal import ORIGIN
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.keys import KEY_BYTES, MasterKey
from infra.migration.loading import file_loader
from infra.migration.record_sealing import RecordSealing
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.read_models.schema import read_model_migrations
from infra.postgres.server.migrate import migrate_journal, migrate_keys
from projections.registered import registered_read_models

_STATUS: Final = Path("/proc/self/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The databases of a journal and of its keys, and the secrets that go with them."""

    journal_url: str
    keys_url: str
    master: bytes
    digest_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load took; ``cpu_seconds`` are those of its own process, user and system."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: int


@contextmanager
def fresh_places(admin_url: str) -> Iterator[Places]:
    """A journal with the tables of all read models, and a key store, both empty."""
    with scratch_database(admin_url) as url, scratch_database(admin_url) as keys_url:
        migrate_journal(url, origin=ORIGIN, read_models=read_model_migrations(registered_read_models()))
        migrate_keys(keys_url)
        yield Places(journal_url=url, keys_url=keys_url, master=os.urandom(KEY_BYTES), digest_key=os.urandom(KEY_BYTES))


def load_apart(places: Places, file: Path) -> Loaded:
    """Load a file of Brussels in a new process."""
    with load_under_way(places, file) as load:
        return load.result()


@contextmanager
def load_under_way(places: Places, file: Path) -> Iterator[Future[Loaded]]:
    """The same while the block goes on with something else; at its end the load has come to its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        yield process.submit(_load, places, file)


def _load(places: Places, file: Path) -> Loaded:
    with closing(PostgresKeyStore(places.keys_url, MasterKey(places.master))) as keys:
        source = SOURCES[MigratingAuthority.BRUSSELS]
        sealing = RecordSealing(
            authority=MigratingAuthority.BRUSSELS, codec=EventCodec(ORIGIN, keys), keys=keys, origin=ORIGIN
        )
        judge = ChunkJudge(source=source, subjects=keys, sealing=sealing, digest_key=places.digest_key)
        loader = file_loader(places.journal_url, judge, source.file, lambda: datetime.now(UTC))
        began, cpu = time.perf_counter(), time.process_time()
        loader.load([file])
        return Loaded(
            seconds=time.perf_counter() - began,
            cpu_seconds=time.process_time() - cpu,
            peak_memory_mb=_peak_memory_mb(),
        )


def _peak_memory_mb() -> int:
    """Of this program since it was started; where there is no /proc, the parent's peak before that may be in it."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (peak,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024
