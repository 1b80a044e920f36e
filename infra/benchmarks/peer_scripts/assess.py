"""A general rules engine on pay alone: assessments a second, with its trace.

Run by the peer's interpreter with one JSON argument: model (a decision model as text), facts (a path to a JSON list
of contexts), rounds. Amounts reach the engine as numbers: it has no exact decimals of ours to be held to.
"""

import json
import sys
import time
from pathlib import Path

import zen


def main() -> None:
    given = json.loads(sys.argv[1])
    contexts = json.loads(Path(given["facts"]).read_text(encoding="utf-8"))
    decision = zen.ZenEngine().create_decision(given["model"])
    first = decision.evaluate(contexts[0], {"trace": True})
    if first["result"].get("verdict") not in ("met", "notMet"):
        sys.exit(f"the model does not judge: {first['result']}")
    verdicts = set()
    started = time.perf_counter()
    for _ in range(given["rounds"]):
        for context in contexts:
            verdicts.add(decision.evaluate(context, {"trace": True})["result"].get("verdict"))
    elapsed = time.perf_counter() - started
    if verdicts != {"met", "notMet"}:
        sys.exit(f"the sample has one verdict only: {verdicts}")
    sys.stdout.write(json.dumps({"rate": given["rounds"] * len(contexts) / elapsed}) + "\n")


main()
