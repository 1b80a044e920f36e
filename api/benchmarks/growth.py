"""``permit bench growth``: what becomes slower as the log grows, measured at several numbers of cases.

For each number a journal is filled (:mod:`infra.benchmarks.multiplied_journal` says how, and what its copies are good
for), its read models are filled, and a service of two processes answers over HTTP. Then some hundred new cases are
loaded at the end of the journal: their read models are caught up, and they are replayed.

A row has a measure at one number of cases, and as its peer the same at the smallest: what counts is the slope, the time
at the largest over the time at the smallest.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from api.benchmarks.load import Answered, Load, put_under, request
from api.benchmarks.over_http import APPLICATION, CLIENTS, EMPLOYER
from api.benchmarks.served import ServedProgram, served_program
from api.http.problems import API_ROOT
from api.pages.session import SESSION_COOKIE
from domain.civil_time import civil_day
from infra.benchmarks.multiplied_journal import multiply
from infra.benchmarks.peer import Peer
from infra.benchmarks.replaying import Replayer
from infra.benchmarks.runs import BenchmarkImpossible, BenchmarkReport, Row, machine
from infra.benchmarks.sample_journal import PreparedCommand, load, prepared_commands, sealed_requests
from infra.identity.caller import Role
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.server.connections import connect
from projections.case_file.table import CaseFileModel
from projections.lists.own_applications import OwnApplications
from projections.lists.work_queue import WorkQueue
from projections.sla_board.model import SlaBoard, board

SIZES: Final = (10_000, 100_000)
"""Cases; with these the whole takes some ten minutes on two cores."""

_ORIGINALS: Final = 2_000
_RUNS: Final = 3
_READ_MODELS: Final = (CaseFileModel.name, SlaBoard.name, WorkQueue.name, OwnApplications.name)
"""Those that the measured answers are made from."""

_AUTHORITY: Final = "flanders"
_PAGE: Final = 100
_LISTS: Final = (
    {"status": "decidedGranted", "category": "highlySkilled"},
    {"status": "decidedRefused", "category": "highlySkilled"},
    {"status": "submitted", "category": "nurse"},
    {"status": "withdrawn"},
    {"category": "mediumSkilledOther"},
)
_QUEUES: Final = (
    {"category": "nurse"},
    {"status": "submitted", "sort": "filedOn"},
    {"standing": "late"},
    {"handler": "none", "withTasks": "true"},
    {"category": "mediumSkilledOther", "standing": "late"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is done in one run of a measure; of every measure there are ``runs``."""

    runs: int = _RUNS
    reads: int = 320
    lists: int = 160
    boards: int = 64
    creates: int = 60
    new_cases: int = 300


USUAL: Final = Effort()


@dataclass(slots=True, kw_only=True)
class Grown:
    """What was found at one number of cases."""

    events: int
    figures: dict[str, tuple[float, str]] = field(default_factory=dict)
    """By measure: the figure and its unit, ``ms`` or ``events/s``."""


def bench_growth(
    admin_url: str, _peer: Peer, *, sizes: Sequence[int] = SIZES, effort: Effort = USUAL
) -> BenchmarkReport:
    """Every size in databases of its own on ``admin_url``'s server, one after the other.

    Raises :class:`BenchmarkImpossible` for one size alone, and for sizes that are not multiples of the number of
    original cases.
    """
    sizes = sorted(set(sizes))
    if len(sizes) < 2:
        raise BenchmarkImpossible("growth is measured between two numbers of cases at least")
    originals = min(_ORIGINALS, sizes[0])
    if any(size % originals for size in sizes):
        raise BenchmarkImpossible(f"each number of cases must be a multiple of {originals}, which are copied")
    grown = {size: _grown(admin_url, size, originals, effort) for size in sizes}
    smallest, largest = grown[sizes[0]].figures, grown[sizes[-1]].figures
    about = {
        **machine(admin_url),
        "runs": effort.runs,
        "ours": f"the measure at that number of cases; medians of {effort.runs} runs one after the other",
        "peer": f"the same at {sizes[0]:,} cases",
        "journal": f"{originals:,} cases sealed by the product and spread evenly, the others {_COPIES}",
        "events": {f"{size:,} cases": each.events for size, each in grown.items()},
        "slope": {measure: _slope(smallest[measure], largest[measure]) for measure in smallest},
    }
    rows = tuple(
        Row(
            case=f"{measure}, {size:,} cases",
            ours=round(figure, 3),
            peer=round(smallest[measure][0], 3),
            ratio=round(figure / smallest[measure][0], 2),
            unit=unit,
        )
        for measure in smallest
        for size in sizes
        for figure, unit in (grown[size].figures[measure],)
    )
    return BenchmarkReport(benchmark="growth", machine=about, rows=rows)


_COPIES: Final = (
    "copied by the server under ids of their own: sizes and indexes are right, but copies neither verify nor decrypt, "
    "so cases are read among the originals, and catch-up and replay are over new cases behind them all"
)


def _slope(smallest: tuple[float, str], largest: tuple[float, str]) -> float:
    """The time at the largest over the time at the smallest; of rates it is the other way round."""
    (small, unit), (large, _) = smallest, largest
    return round(large / small if unit == "ms" else small / large, 2)


def _grown(admin_url: str, size: int, originals: int, effort: Effort) -> Grown:
    with served_program(admin_url) as served:
        began = time.perf_counter()
        cases = _prepared(served, originals)
        _append(served, cases)
        grown = Grown(events=multiply(served.program.journal_url, size // originals))
        filled = time.perf_counter()
        _fill(served, grown)
        sys.stderr.write(
            f"{size:,} cases, {grown.events:,} events: filled in {filled - began:.0f} s, "
            f"read models filled in {time.perf_counter() - filled:.0f} s\n"
        )
        _over_http(served, grown, _spread(cases, effort.reads), effort)
        _board_alone(served, grown, effort)
        _at_the_end(served, grown, effort)
        return grown


def _prepared(served: ServedProgram, cases: int) -> list[PreparedCommand]:
    return prepared_commands(cases, served.program.keys, served.program.rulebook)


def _append(served: ServedProgram, prepared: Iterable[PreparedCommand]) -> int:
    program = served.program
    sealed = sealed_requests(prepared, program.codec, program.rulebook.sha256, origin=program.recorder.origin)
    return load(program.journal_url, sealed)


def _spread(cases: Sequence[PreparedCommand], number: int) -> list[UUID]:
    """Some of the cases, from the whole time in which they were filed."""
    streams = list(dict.fromkeys(each.stream for each in cases))
    return streams[:: max(1, len(streams) // number)][:number]


def _fill(served: ServedProgram, grown: Grown) -> None:
    """Fill the read models from nothing, each whole stream in as many processes as cores.

    The rate is of one journal through all of them.
    """
    program, began = served.program, time.perf_counter()
    runners = program.projection_runners()
    for name in _READ_MODELS:
        position = runners[name].catch_up()
        if position != grown.events:
            raise BenchmarkImpossible(f"{name} stopped at {position} of {grown.events} events")
    grown.figures["read models filled"] = (grown.events / (time.perf_counter() - began), "events/s")
    with closing(connect(program.journal_url, None)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from parked_stream")
        if cursor.fetchall() != [(0,)]:
            raise BenchmarkImpossible("the read models left streams behind")
        cursor.execute("vacuum (analyze)")


def _over_http(served: ServedProgram, grown: Grown, cases: Sequence[UUID], effort: Effort) -> None:
    """Sixteen clients, and one for creates: their time is that of one append and not of waiting for others."""
    handler = served.token(Role.CASE_HANDLER, authority=_AUTHORITY)
    employer = served.token(Role.EMPLOYER, enterprise_number=EMPLOYER)
    lists = [f"{API_ROOT}/applications?{urlencode({**each, 'pageSize': _PAGE})}" for each in _LISTS]
    queues = [f"{API_ROOT}/workQueues/{_AUTHORITY}?{urlencode({**each, 'pageSize': _PAGE})}" for each in _QUEUES]
    read = _gets(served, [f"{API_ROOT}/applications/{each}" for each in cases], effort.reads, handler)
    grown.figures |= _times("case read", read, effort)
    grown.figures |= _times(f"list of {_PAGE}", _gets(served, lists, effort.lists, handler), effort)
    grown.figures |= _times(f"work queue, {_PAGE}", _gets(served, queues, effort.lists, handler), effort)
    page = request("GET", "/board", Cookie=f"{SESSION_COOKIE}={handler}")
    visits = Load(address=served.address, clients=CLIENTS, expected=200, requests=(page,) * effort.boards)
    grown.figures |= _times("board page", visits, effort)
    body = json.dumps(APPLICATION).encode()

    def creates() -> Load:
        filed = tuple(
            request(
                "POST", f"{API_ROOT}/applications?another=true", employer, body,
                Idempotency_Key=str(uuid4()), Content_Type="application/json",
            )
            for _ in range(effort.creates)
        )  # fmt: skip
        return Load(address=served.address, clients=1, expected=201, requests=filed)

    put_under(creates())  # connections are opened, plans are made
    medians = [put_under(creates()).median for _ in range(effort.runs)]
    grown.figures["append of a command"] = (statistics.median(medians), "ms")


def _gets(served: ServedProgram, paths: Sequence[str], number: int, token: str) -> Load:
    requests = tuple(request("GET", path, token) for path in islice(cycle(paths), number))
    return Load(address=served.address, clients=CLIENTS, expected=200, requests=requests)


def _times(measure: str, load: Load, effort: Effort) -> dict[str, tuple[float, str]]:
    put_under(load)  # from memory from here on, as far as it fits
    answered: list[Answered] = [put_under(load) for _ in range(effort.runs)]
    return {
        measure: (statistics.median(each.median for each in answered), "ms"),
        f"{measure}, p95": (statistics.median(each.p95 for each in answered), "ms"),
    }


def _board_alone(served: ServedProgram, grown: Grown, effort: Effort) -> None:
    """The board computed anew: its page is given from the last reading where nothing has moved since."""
    taken = []
    with rows_within(served.program.readers, EVERYTHING) as cursor:
        for _ in range(effort.runs):
            began = time.perf_counter()
            board(cursor, civil_day(datetime.now(UTC)))
            taken.append(1_000 * (time.perf_counter() - began))
    grown.figures["board computed"] = (statistics.median(taken), "ms")


def _at_the_end(served: ServedProgram, grown: Grown, effort: Effort) -> None:
    """New cases behind all others: how fast read models catch up with them, and a replay in one process."""
    program = served.program
    runners = [program.projection_runners()[name] for name in _READ_MODELS]
    for runner in runners:
        runner.catch_up()
    start = program.recorder.max_notification_id() or 0
    rates = []
    for _ in range(effort.runs):
        events = _append(served, _prepared(served, effort.new_cases))
        began = time.perf_counter()
        for runner in runners:
            runner.catch_up()
        rates.append(events / (time.perf_counter() - began))
    grown.figures["catch-up"] = (statistics.median(rates), "events/s")
    end = program.recorder.max_notification_id() or 0
    with closing(Replayer(program.journal_url, program.recorder.origin, program.keys, 0, 1)) as replayer:
        replayer.replay(end, after=start)  # keys are in memory from here on
        rates = []
        for _ in range(effort.runs):
            began = time.perf_counter()
            share = replayer.replay(end, after=start)
            rates.append(share.events / (time.perf_counter() - began))
            if share.cases != effort.runs * effort.new_cases:
                raise BenchmarkImpossible(f"{share.cases} of {effort.runs * effort.new_cases} new cases were replayed")
    grown.figures["replay"] = (statistics.median(rates), "events/s")
