"""A load in a process of its own, with its workers: what it took of time, of processors and of memory is its alone."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from consumers.migration.chunks import ChunkJudge
from infra.benchmarks.sample_journal import ORIGIN
from infra.benchmarks.scratch import scratch_database
from infra.event_codec import EventCodec
from infra.keys import MasterKey
from infra.log_address import StoredLog
from infra.migration.loading import file_loader
from infra.migration.record_sealing import RecordSealing
from infra.migration.shared_judging import SharedJudging
from infra.migration.sources import SOURCES, MigratingAuthority
from infra.postgres.journal.case_index import CaseIndex
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
    key_file: Path

    @property
    def master(self) -> MasterKey:
        return MasterKey.from_file(self.key_file, create=False)

    @property
    def log(self) -> StoredLog:
        """How the workers of a load get there."""
        return StoredLog(journal_url=self.journal_url, keys_url=self.keys_url, key_file=self.key_file, origin=ORIGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load took; ``cpu_seconds`` are those of its own process and of its workers, user and system.

    ``peak_memory_mb`` is that of its own process, ``worker_memory_mb`` that of its largest worker, if it had any.
    """

    seconds: float
    cpu_seconds: float
    peak_memory_mb: int
    worker_memory_mb: int


@contextmanager
def fresh_places(admin_url: str) -> Iterator[Places]:
    """A journal with the tables of all read models, and a key store, both empty."""
    with (
        TemporaryDirectory() as folder,
        scratch_database(admin_url) as url,
        scratch_database(admin_url) as keys_url,
    ):
        migrate_journal(url, origin=ORIGIN, read_models=read_model_migrations(registered_read_models()))
        migrate_keys(keys_url)
        key_file = Path(folder) / "key-encryption.key"
        MasterKey.from_file(key_file, create=True)
        yield Places(journal_url=url, keys_url=keys_url, key_file=key_file)


def load_apart(places: Places, file: Path, *, workers: int | None = None) -> Loaded:
    """Load a file of Brussels in a new process, with ``workers`` processes of its own (default: one a core)."""
    with load_under_way(places, file, workers=workers) as load:
        return load.result()


@contextmanager
def load_under_way(places: Places, file: Path, *, workers: int | None = None) -> Iterator[Future[Loaded]]:
    """The same while the block goes on with something else; at its end the load has come to its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        yield process.submit(_load, places, file, workers)


def _load(places: Places, file: Path, workers: int | None) -> Loaded:
    authority, master = MigratingAuthority.BRUSSELS, places.master
    with closing(PostgresKeyStore(places.keys_url, master)) as keys:
        source = SOURCES[authority]
        sealing = RecordSealing(authority=authority, codec=EventCodec(ORIGIN, keys), keys=keys, origin=ORIGIN)
        judge = ChunkJudge(
            source=source,
            subjects=keys,
            index=CaseIndex(keys.pool, master),
            sealing=sealing,
            digest_key=master.legacy_digest_key,
        )
        crew = SharedJudging(authority=authority, log=places.log, workers=workers)
        loader = file_loader(places.journal_url, judge, source.file, lambda: datetime.now(UTC), crew)
        began, cpu = time.perf_counter(), _cpu_seconds()
        loader.load([file])
        return Loaded(
            seconds=time.perf_counter() - began,
            cpu_seconds=_cpu_seconds() - cpu,
            peak_memory_mb=_peak_memory_mb(),
            worker_memory_mb=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        )


def _cpu_seconds() -> float:
    """Of this process, and of those that it has started and that have ended."""
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + workers.ru_utime + workers.ru_stime


def _peak_memory_mb() -> int:
    """Of this program since it was started; where there is no /proc, the parent's peak before that may be in it."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    (peak,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) // 1024
