"""``permit bench api`` and ``pages`` go the whole way a caller goes, and give no figure for a wrong answer."""

import pytest

from api.benchmarks.load import Load, Unexpected, put_under, request
from api.benchmarks.over_http import bench_api
from api.benchmarks.pages import bench_pages
from api.benchmarks.served import served_program
from infra.benchmarks.peer import Peer
from tests.benchmarks.report_form import require_report

pytestmark = pytest.mark.server


def test_applications_are_filed_and_read(admin_url: str, peer: Peer) -> None:
    report = bench_api(admin_url, peer, filed=32, read=48, runs=1)

    require_report(report, "api", {"create": "answers/s", "read": "answers/s"})
    assert set(report.machine["millisecondsP95"]) == {"create", "read", "bare"}


@pytest.mark.nightly
def test_the_board_is_visited_and_weighed(admin_url: str, peer: Peer) -> None:
    report = bench_pages(admin_url, peer, cases=20, visits=32, runs=1)

    require_report(report, "pages", {"board": "pages/s"})
    assert report.machine["boardMillisecondsP95"] > 0
    # page, style sheets and script of a first visit
    assert 10_000 < report.machine["firstVisitBytes"] < 200_000


def test_a_service_that_answers_otherwise_gives_no_figure(admin_url: str) -> None:
    with served_program(admin_url, processes=1) as served:
        refused = Load(
            address=served.address,
            clients=2,
            expected=200,
            requests=(request("GET", "/rest/singlePermit/v1/applications"),) * 4,
        )
        with pytest.raises(Unexpected, match="401, not 200"):
            put_under(refused)
