"""``permit bench pages``: the board over many cases, by sixteen readers, and what a first visit weighs.

The other side is the entrance of the same service: a page without a figure on it. What counts of the board is its
95th percentile, with the ratio of the two rates.
"""

from __future__ import annotations

import gzip
import re
from typing import Final
from urllib.parse import urljoin

import httpx

from api.benchmarks.load import Load, put_under, request
from api.benchmarks.served import ServedProgram, served_program
from api.pages.session import SESSION_COOKIE
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkReport, compare, machine
from infra.benchmarks.sample_journal import sample_journal
from infra.identity.caller import Role
from projections.sla_board.model import SlaBoard

CASES: Final = 50_000
CLIENTS: Final = 16
_VISITS_A_RUN: Final = 320
_LOADED_WITH_A_PAGE: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def bench_pages(
    admin_url: str, _peer: Peer, *, cases: int = CASES, visits: int = _VISITS_A_RUN, runs: int = RUNS
) -> BenchmarkReport:
    """Both sides against one service on ``admin_url``'s server."""
    with sample_journal(admin_url, cases) as journal, served_program(admin_url, journal.url) as served:
        served.program.projection_runners()[SlaBoard.name].catch_up()
        cookie = f"{SESSION_COOKIE}={served.token(Role.CASE_HANDLER, authority='flanders')}"
        first = _visit(served, "/board", cookie)
        slowest: list[float] = []

        def rate(path: str, cookies: str) -> float:
            answered = put_under(
                Load(
                    address=served.address,
                    clients=CLIENTS,
                    expected=200,
                    requests=(request("GET", path, Cookie=cookies),) * visits,
                )
            )
            if path == "/board":
                slowest.append(answered.p95)
            return answered.rate

        row = compare("board", "pages/s", lambda: rate("/board", cookie), lambda: rate("/", "lang=nl"), runs=runs)
        about = {
            **machine(admin_url),
            "runs": runs,
            "ours": f"/board over {journal.cases} cases ({journal.events} events), {CLIENTS} clients",
            "peer": "the entrance of the same service, the same clients",
            "boardMillisecondsP95": sorted(slowest)[len(slowest) // 2],
            "firstVisitBytes": first,
        }
    return BenchmarkReport(benchmark="pages", machine=about, rows=(row,))


def _visit(served: ServedProgram, path: str, cookie: str) -> int:
    """Bytes of bodies on the wire of a first visit: the page and all it loads, compressed where the service does."""
    with httpx.Client(base_url=served.address, headers={"Accept-Encoding": "gzip", "Cookie": cookie}) as client:
        page = client.get(path)
        page.raise_for_status()
        weight = _weight(page)
        for href in dict.fromkeys(_LOADED_WITH_A_PAGE.findall(page.text)):
            part = client.get(urljoin(path, href))
            part.raise_for_status()
            weight += _weight(part)
    return weight


def _weight(answer: httpx.Response) -> int:
    """The size of a body as received over the wire."""
    if answer.headers.get("Content-Encoding") == "gzip":
        return int(answer.headers.get("Content-Length") or len(gzip.compress(answer.content)))
    return len(answer.content)
