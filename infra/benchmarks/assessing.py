"""``permit bench law``: whole assessments a second on one core against a general rules engine, and what-if runs.

Ours judges every rule of the category: pay, labour market, level, share of full time, age, competence. The peer is
asked for pay alone, from a decision table of the same thresholds. A what-if run reads, decrypts, decodes and judges
decisions in two processes; its peer copies the same rows out and throws them away.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.findings import Verdict
from domain.law.provisions.pay import YEARLY, SalaryThreshold
from domain.law.rulebook import Rulebook
from infra.benchmarks.judging_again import decided_cases, decisions_a_second, rows_a_second
from infra.benchmarks.peer import Peer
from infra.benchmarks.runs import RUNS, BenchmarkReport, compare, machine
from infra.benchmarks.sample_facts import sample_facts

_APPLICATIONS: Final = 20_000
_PEERS_APPLICATIONS: Final = 2_000
_DECISIONS: Final = 100_000
_PROCESSES: Final = 2
_KNOWN_ON: Final = date(2026, 12, 31)
_FOR_EVER: Final = date(9998, 12, 31)

_OURS: Final = (
    "one process, law loaded beforehand: every rule of the category over 20,000 applications of one year and four "
    "authorities, each for the first time; the verdict of each, whose reasons are written when they are read. What-if: "
    "data keys in memory"
)
_PEERS: Final = (
    "zen-engine in one process, trace on: pay alone, from one decision table of the same yearly thresholds. What-if: "
    "COPY BINARY of the same rows in one process, thrown away"
)


class NothingJudged(Exception):
    """The sample did not bring out every verdict: its rate would be that of something else."""


def bench_law(
    admin_url: str,
    peer: Peer,
    *,
    applications: int = _APPLICATIONS,
    decisions: int = _DECISIONS,
    processes: int = _PROCESSES,
    runs: int = RUNS,
) -> BenchmarkReport:
    """Measure both engines turn about. Raises :class:`NothingJudged` and BenchmarkImpossible."""
    rulebook = Rulebook.load()
    facts = sample_facts(applications, rulebook)
    with tempfile.TemporaryDirectory() as directory:
        contexts = Path(directory) / "facts.json"
        contexts.write_text(json.dumps(_contexts(facts, rulebook)), encoding="utf-8")
        row = compare(
            "assessment",
            "assessments/s",
            lambda: assessments_a_second(rulebook, facts),
            lambda: peer.run("assess.py", model=json.dumps(_model(rulebook)), facts=str(contexts), rounds=1),
            runs=runs,
        )
    with decided_cases(admin_url, decisions) as log:
        again = compare(
            f"what-if, {decisions} decided",
            "decisions/s",
            lambda: decisions_a_second(log, decisions, processes),
            lambda: rows_a_second(log, decisions),
            runs=runs,
        )
    environment = machine(admin_url) | {
        "ours": _OURS,
        "peer": _PEERS,
        "applications": applications,
        "processes": processes,
    }
    return BenchmarkReport(benchmark="law", machine=environment, rows=(row, again))


def assessments_a_second(rulebook: Rulebook, facts: Sequence[ApplicationFacts]) -> float:
    """Judge all ``facts`` for the first time. Raises :class:`NothingJudged`."""
    # Another one of the same law: who judges an application has not judged the same one before.
    fresh = Rulebook(rulebook.provisions, rulebook.terms)
    started = time.perf_counter()
    verdicts = {assess(fresh, each, _KNOWN_ON).verdict for each in facts}
    elapsed = time.perf_counter() - started
    if verdicts != set(Verdict):
        raise NothingJudged(f"the sample came out as {', '.join(sorted(verdicts))} only")
    return len(facts) / elapsed


def _contexts(facts: Sequence[ApplicationFacts], rulebook: Rulebook) -> list[dict[str, Any]]:
    """The facts on pay of the applications that a yearly threshold judges, in the peer's words."""
    found = []
    for each in facts:
        law = rulebook.law_on(each.authority, each.category, each.filed_on)
        conversion = law.conversions.get(each.contract or "")
        if isinstance(law.threshold, SalaryThreshold) and law.threshold.unit == YEARLY and conversion is not None:
            found.append(
                {
                    "authority": each.authority,
                    "category": each.category,
                    "day": _number(each.filed_on),
                    "amount": float(each.gross_pay or 0),
                    "period": each.pay_period,
                    "months": float(conversion.months_per_year),
                }
            )
    return found[:_PEERS_APPLICATIONS]


def _model(rulebook: Rulebook) -> dict[str, Any]:
    """A decision model of the engine's own: look the threshold up, annualise pay, compare."""
    thresholds = [
        (category, each)
        for each in rulebook.provisions
        if isinstance(each, SalaryThreshold) and each.unit == YEARLY and each.valid_from is not None
        for category in each.scope
    ]
    rules = [
        {
            "_id": f"{each.id}/{category}",
            "a": json.dumps(each.authority),
            "c": json.dumps(category),
            "d": f"[{_number(each.valid_from)}..{_number((each.valid_to or _FOR_EVER) - timedelta(days=1))}]",
            "t": str(each.amount),
        }
        for category, each in thresholds
        if each.valid_from is not None
    ]
    inputs = [("a", "authority"), ("c", "category"), ("d", "day")]
    table = {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": key, "name": name, "field": name} for key, name in inputs],
        "outputs": [{"id": "t", "name": "threshold", "field": "threshold"}],
        "rules": rules,
    }
    expressions = [
        ("annual", "period == 'year' ? amount : amount * months"),
        ("verdict", "$.annual >= threshold ? 'met' : 'notMet'"),
        ("difference", "$.annual - threshold"),
    ]
    nodes = [
        ("i", "inputNode", None),
        ("t", "decisionTableNode", table),
        ("e", "expressionNode", {"expressions": [{"id": k, "key": k, "value": v} for k, v in expressions]}),
        ("o", "outputNode", None),
    ]
    return {
        "nodes": [
            {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}} | ({"content": held} if held else {})
            for name, kind, held in nodes
        ],
        "edges": [
            {"id": f"{one}{other}", "type": "edge", "sourceId": one, "targetId": other}
            for one, other in (("i", "t"), ("t", "e"), ("e", "o"))
        ],
    }


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
