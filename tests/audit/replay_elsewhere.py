"""Replays the cases on standard input (pickled events) with the domain alone and says what came out.

Started by ``test_replay_on_every_python`` with whatever Python is installed, without any package.
"""

from __future__ import annotations

import json
import pickle
import platform
import sys

from domain.audit.replay import replay_case
from domain.law.rule_sets import RuleSets

if __name__ == "__main__":
    rule_sets = RuleSets.load()
    replays = [replay_case(case_id, events, rule_sets) for case_id, events in pickle.load(sys.stdin.buffer)]  # noqa: S301
    told = {
        "python": platform.python_version(),
        "ruleSet": rule_sets.current.sha256,
        "outcomes": sorted({each.outcome.value for each in replays}),
        "digests": [each.digest for each in replays],
        "packages": sorted(name for name in ("pydantic", "psycopg2", "orjson") if name in sys.modules),
    }
    sys.stdout.write(json.dumps(told))
