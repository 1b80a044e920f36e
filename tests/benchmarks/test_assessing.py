"""``permit bench law`` really judges what it counts, on both of its rows."""

import pytest

from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.rulebook import Rulebook
from infra.benchmarks.assessing import NothingJudged, assessments_a_second, bench_law
from infra.benchmarks.judging_again import decided_cases, decisions_a_second
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import BenchmarkImpossible
from infra.benchmarks.sample_facts import sample_facts
from tests.benchmarks.report_form import require_report

pytestmark = pytest.mark.server


@pytest.mark.nightly
def test_the_report_has_assessments_and_a_what_if_run(admin_url: str, no_peer: Peer) -> None:
    report = bench_law(admin_url, no_peer, applications=300, decisions=40, processes=1, runs=1)

    require_report(report, "law", {"assessment": "assessments/s", "what-if, 40 decided": "decisions/s"})


def test_the_sample_is_the_same_every_time_and_brings_out_every_verdict() -> None:
    law = Rulebook.load()

    facts = sample_facts(300, law)

    assert facts == sample_facts(300, law)
    assert {assess(law, each).verdict for each in facts} == set(Verdict)


def test_a_sample_of_one_verdict_gives_no_figure() -> None:
    law = Rulebook.load()
    alike: list[ApplicationFacts] = sample_facts(1, law) * 5

    with pytest.raises(NothingJudged):
        assessments_a_second(law, alike)


def test_a_run_that_missed_decisions_gives_no_figure(admin_url: str) -> None:
    with decided_cases(admin_url, 20) as log, pytest.raises(BenchmarkImpossible, match="20 of 21"):
        decisions_a_second(log, 21, 1)
