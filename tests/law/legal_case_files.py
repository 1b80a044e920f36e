"""Reads ``tests/legal_cases/*.toml``: worked cases that a lawyer can read, and tables of the amounts of a period.

A file holds, each optional:

``[common]``
    Facts of every case in the file, unless the case states the same fact otherwise.
``[[case]]``
    ``title``, ``because`` (the source in FACTS), ``facts`` in the form of the interface, ``expect``; and where
    needed ``known_on``, ``readings`` and ``rules`` (a directory under ``tests/legal_cases/rules``).
    ``expect.legalReferenceDate`` is the day of filing unless it is said, and ``"none"`` where no day decides.
    ``expect.findings.<rule>`` gives what the case is about; ``expect.without`` names rules that say nothing.
``[[amount]]``
    An amount with its first and last day. On both, pay of exactly that amount meets it, so does a cent more, and a cent
    less does not. ``confidence`` where FACTS says how sure the amount is; of an amount still in force the last day is
    any later one. ``day_before`` and ``day_after`` say what stands on the days beside: another amount, or the reason
    why there is none. ``a_month`` is what a month of a Belgian contract is held against. Between ``lower`` and the
    amount nobody decides, for the reason ``doubt``.
``[[function]]``
    Functions on a list: filed on the days in ``on`` each is on it, on those in ``off`` it is not, and on those in
    ``unknown`` the list does not tell, for ``reason``.
``[[no_amount]]``
    Days on which no amount is to be found, and the reason that is given instead.

Anything else is refused, so that a misspelt expectation cannot pass unread.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

LEGAL_CASES: Final = Path(__file__).parent.parent / "legal_cases"

UNDATED: Final = "none"

RULES: Final = frozenset(
    {
        "salaryThreshold", "labourMarketTest", "salaryOrLabourMarketTest", "qualificationLevel", "shortageOccupation",
        "employmentShare", "contractForm", "workerAge", "contractDuration", "priorService", "workHistory",
        "competentAuthority", "mandate", "renewalWindow", "minimumAge", "workerNationality", "bottleneckOccupation",
        "openCategory", "employerAge", "employerStaff", "employerActivity", "employerDebts", "contractContent",
    }
)  # fmt: skip

FINDING_KEYS: Final = frozenset(
    {
        "verdict", "required", "threshold", "unit", "observed", "difference", "reason", "missing", "confidence",
        "provision", "counterfactual",
    }
)  # fmt: skip

_CENT: Final = Decimal("0.01")
_A_DAY: Final = timedelta(days=1)
_PERIODS: Final = {"EUR/year": "year", "EUR/month": "month"}


@dataclass(frozen=True, kw_only=True)
class LegalCase:
    """Facts in the form of the interface, and what the law says of them. ``verdict`` None is not expected."""

    title: str
    because: str
    facts: Mapping[str, Any]
    verdict: str | None
    legal_reference_date: date | None
    findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    known_on: date | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    rules: str | None = None


class LegalCaseUnreadable(ValueError):
    """A case is not written in the form above. The text names the file and the case."""


def worked_cases(directory: Path = LEGAL_CASES) -> tuple[LegalCase, ...]:
    """The cases that are written out, in the order of the files. Raises LegalCaseUnreadable."""
    return _distinct(
        _worked(path, content.get("common", {}), entry)
        for path, content in _contents(directory)
        for entry in content.get("case", ())
    )


def cases_of_amounts(directory: Path = LEGAL_CASES) -> tuple[LegalCase, ...]:
    """The cases that the tables of amounts stand for. Raises LegalCaseUnreadable."""
    return _distinct(
        case
        for path, content in _contents(directory)
        for kind, cases_of in _TABLES.items()
        for entry in content.get(kind, ())
        for case in cases_of(path, entry)
    )


def _contents(directory: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(directory.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        _refuse_others(path, path.stem, content, {"common", "case", *_TABLES})
        yield path, content


def _worked(path: Path, common: Mapping[str, Any], entry: Mapping[str, Any]) -> LegalCase:
    title = str(entry.get("title", "a case without a title"))
    _refuse_others(path, title, entry, {"title", "because", "facts", "expect", "known_on", "readings", "rules"})
    expect = entry.get("expect", {})
    _refuse_others(path, title, expect, {"verdict", "legalReferenceDate", "findings", "without"})
    for wanted, holder in (("title", entry), ("because", entry), ("facts", entry), ("verdict", expect)):
        if wanted not in holder:
            raise LegalCaseUnreadable(f"{path.name}, {title}: write {wanted}")
    findings = expect.get("findings", {})
    _refuse_others(path, title, dict.fromkeys((*findings, *expect.get("without", ()))), RULES)
    for finding in findings.values():
        _refuse_others(path, title, finding, FINDING_KEYS)
    facts = _joined(common, entry["facts"])
    day = expect.get("legalReferenceDate", facts["filedOn"])
    return LegalCase(
        title=title,
        because=entry["because"],
        facts=facts,
        verdict=expect["verdict"],
        legal_reference_date=None if day == UNDATED else day,
        findings=findings,
        without=tuple(expect.get("without", ())),
        known_on=entry.get("known_on"),
        readings=entry.get("readings", {}),
        rules=entry.get("rules"),
    )


def _around_an_amount(path: Path, entry: Mapping[str, Any]) -> Iterator[LegalCase]:
    wanted = {"authority", "categories", "amount", "unit", "from", "last_day", "confidence", "because"}
    beside = {"day_before", "day_after", "a_month", "lower", "doubt"}
    _refuse_others(path, str(entry.get("categories")), entry, wanted | beside)
    for category in entry["categories"]:
        for day in (entry["from"], entry["last_day"]):
            yield from _to_the_cent(entry, category, day, entry["amount"], entry["unit"])
            if "a_month" in entry:
                yield from _to_the_cent(entry, category, day, entry["a_month"], "EUR/month")
        for key, day in (("day_before", entry["from"] - _A_DAY), ("day_after", entry["last_day"] + _A_DAY)):
            if key in entry:
                yield _beside(entry, category, day, entry[key])


def _to_the_cent(entry: Mapping[str, Any], category: str, day: date, least: str, unit: str) -> Iterator[LegalCase]:
    """Pay of the amount and the cents beside it; where it is doubtful, of the lower amount as well."""
    amount, period = Decimal(least), _PERIODS[unit]
    below: dict[str, Any] = {"verdict": "notMet"}
    tried = [(amount + _CENT, {"verdict": "met"}), (amount, {"verdict": "met"})]
    if "doubt" in entry:
        below = {"verdict": "undetermined", "reason": entry["doubt"]}
        lower = Decimal(entry["lower"])
        tried += [(lower, below), (lower - _CENT, {"verdict": "notMet"})]
    for pay, expected in (*tried, (amount - _CENT, below)):
        yield LegalCase(
            title=f"{entry['authority']} {category} on {day}: EUR {pay} a {period} is {expected['verdict']}",
            because=entry["because"],
            facts=_facts(entry["authority"], category, day, pay, period),
            verdict=None,
            legal_reference_date=day,
            findings={
                "salaryThreshold": expected
                | {"threshold": least, "unit": unit, "observed": str(pay), "difference": str(pay - amount)}
                | ({"confidence": entry["confidence"]} if "confidence" in entry else {})
            },
        )


def _beside(entry: Mapping[str, Any], category: str, day: date, stands: str) -> LegalCase:
    expected = {"threshold": stands} if stands[0].isdigit() else {"verdict": "undetermined", "reason": stands}
    return LegalCase(
        title=f"{entry['authority']} {category} on {day}, beside {entry['amount']}: {stands}",
        because=entry["because"],
        facts=_facts(entry["authority"], category, day, Decimal(entry["amount"]), "year"),
        verdict=None,
        legal_reference_date=day,
        findings={"salaryThreshold": expected},
    )


def _on_a_list(path: Path, entry: Mapping[str, Any]) -> Iterator[LegalCase]:
    wanted = {"authority", "occupations", "on", "off", "unknown", "reason", "because"}
    _refuse_others(path, str(entry.get("occupations")), entry, wanted)
    verdicts = {"on": "met", "off": "notMet", "unknown": "undetermined"}
    for occupation in entry["occupations"]:
        for key, verdict in verdicts.items():
            for day in entry.get(key, ()):
                reason = {"reason": entry["reason"]} if key == "unknown" else {}
                yield LegalCase(
                    title=f"{entry['authority']} {occupation} filed on {day} is {verdict}",
                    because=entry["because"],
                    facts={
                        "authority": entry["authority"],
                        "category": "mediumSkilledShortage",
                        "filedOn": day,
                        "renewal": False,
                        "employment": {"contract": "belgian", "occupationCode": occupation},
                    },
                    verdict=None,
                    legal_reference_date=day,
                    findings={"shortageOccupation": {"verdict": verdict, "required": True} | reason},
                )


def _without_amount(path: Path, entry: Mapping[str, Any]) -> Iterator[LegalCase]:
    _refuse_others(path, str(entry.get("categories")), entry, {"authority", "categories", "days", "reason", "because"})
    for category in entry["categories"]:
        for day in entry["days"]:
            yield LegalCase(
                title=f"{entry['authority']} {category} on {day}: no amount is invented",
                because=entry["because"],
                facts=_facts(entry["authority"], category, day, Decimal("999999.99"), "year"),
                verdict=None,
                legal_reference_date=day,
                findings={"salaryThreshold": {"verdict": "undetermined", "reason": entry["reason"]}},
            )


def _facts(authority: str, category: str, day: date, pay: Decimal, period: str) -> dict[str, Any]:
    employment = {"contract": "belgian", "grossPay": {"amount": str(pay), "period": period}}
    return {"authority": authority, "category": category, "filedOn": day, "employment": employment}


def _joined(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``common`` with what the case states itself written over it."""
    joined = dict(common)
    for key, value in own.items():
        before = joined.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        joined[key] = _joined(before, value) if both else value
    return joined


def _refuse_others(path: Path, title: str, found: Mapping[str, Any], allowed: Iterable[str]) -> None:
    others = sorted(set(found) - set(allowed))
    if others:
        raise LegalCaseUnreadable(f"{path.name}, {title}: {', '.join(others)} is not one of {sorted(allowed)}")


def _distinct(cases: Iterable[LegalCase]) -> tuple[LegalCase, ...]:
    found: dict[str, LegalCase] = {}
    for case in cases:
        if case.title in found:
            raise LegalCaseUnreadable(f"two cases are called {case.title!r}: say in what they differ")
        found[case.title] = case
    return tuple(found.values())


_TABLES: Final[Mapping[str, Callable[[Path, Mapping[str, Any]], Iterator[LegalCase]]]] = {
    "amount": _around_an_amount,
    "no_amount": _without_amount,
    "function": _on_a_list,
}
"""How each table of a file becomes cases."""
