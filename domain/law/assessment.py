"""An application against all rules of its category: one verdict, and the findings it rests on.

``assess`` is pure: the same rulebook, facts and day of knowledge give the same assessment on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from domain.law import reasons
from domain.law.applicable_law import ApplicableLaw, DecidingDate, DecidingDateUnknown, LawOfFiling
from domain.law.facts import ApplicationFacts
from domain.law.findings import Change, Finding, Judged, Judgement, Step, Verdict
from domain.law.provisions.job import CategoryRule, ClosedCategory
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.admission import judge_admission
from domain.law.rules.deciding_date import deciding_date
from domain.law.rules.employer import is_on_register, judge_employer
from domain.law.rules.labour_market_test import judge_labour_market_test
from domain.law.rules.lists import judge_lists
from domain.law.rules.occupation import judge_job
from domain.law.rules.salary import judge_salary, undated
from domain.law.rules.worker import judge_worker

_ORDER: Final = {
    rule: number
    for number, rule in enumerate(
        (
            Rule.OPEN_CATEGORY, Rule.SALARY_THRESHOLD, Rule.LABOUR_MARKET_TEST, Rule.SALARY_OR_LABOUR_MARKET_TEST,
            Rule.QUALIFICATION_LEVEL, Rule.EMPLOYMENT_SHARE, Rule.CONTRACT_FORM, Rule.CONTRACT_DURATION,
            Rule.CONTRACT_CONTENT, Rule.SHORTAGE_OCCUPATION, Rule.BOTTLENECK_OCCUPATION, Rule.WORKER_AGE,
            Rule.MINIMUM_AGE, Rule.WORKER_NATIONALITY, Rule.PRIOR_SERVICE, Rule.WORK_HISTORY, Rule.EMPLOYER_AGE,
            Rule.EMPLOYER_STAFF, Rule.EMPLOYER_ACTIVITY, Rule.EMPLOYER_DEBTS, Rule.COMPETENT_AUTHORITY, Rule.MANDATE,
            Rule.RENEWAL_WINDOW,
        )
    )
}  # fmt: skip

OPEN: Final = "openCategory"
"""What is looked up for a category, in the place of a list of all that the authority has."""


@dataclass(slots=True, kw_only=True, eq=False)
class Assessment:
    """``rule_set`` is the rulebook's sha256; ``known_on`` the day of knowledge (None: all known).

    ``legal_reference_date`` is None when the facts do not hold the day whose law applies. ``weighed`` are the
    judgements that the verdict was made of. What weighs nothing, and the reasons of all, are written when they are
    first asked for.
    """

    rule_set: str
    verdict: Verdict
    legal_reference_date: date | None
    known_on: date | None
    weighed: tuple[Judged, ...]
    beside: Callable[[], tuple[Judged, ...]] = tuple
    _judged: tuple[Judged, ...] | None = field(default=None, init=False)
    _findings: tuple[Finding, ...] | None = field(default=None, init=False)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every rule with its verdict."""
        if self._judged is None:
            self._judged = (*self.weighed, *self.beside())
        return self._judged

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order in which they are shown: the category, pay and search, the work, the worker, the employer."""
        if self._findings is None:
            findings = (each.finding() for each in self.judged)
            self._findings = tuple(sorted(findings, key=lambda each: _ORDER[each.rule]))
        return self._findings

    @property
    def grounds(self) -> tuple[Rule, ...]:
        """The rules that are required and not met: on each of them the application can be refused."""
        return tuple(each.rule for each in self.weighed if each.required and each.verdict is Verdict.NOT_MET)

    @property
    def unmet(self) -> tuple[Rule, ...]:
        """Those on which it must be; there is one exactly where the verdict is ``notMet``."""
        return tuple(
            each.rule
            for each in self.weighed
            if each.required and each.verdict is Verdict.NOT_MET and not each.leaves_choice
        )

    @property
    def left_to_a_person(self) -> tuple[Rule, ...]:
        """The required rules that do not decide: undetermined, or a ground that the authority may let pass."""
        return tuple(
            each.rule
            for each in self.weighed
            if each.required and (each.verdict is Verdict.UNDETERMINED or each.leaves_choice)
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Assessment):
            return NotImplemented
        return (self.rule_set, self.verdict, self.legal_reference_date, self.known_on, self.findings) == (
            other.rule_set, other.verdict, other.legal_reference_date, other.known_on, other.findings,
        )  # fmt: skip

    __hash__ = None  # type: ignore[assignment]  # what is compared by its content may still be written


def assess(rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None) -> Assessment:
    """Judge an application by every rule that is in force for its category on the deciding date.

    A category whose rule is not known, or whose test was not found, is undetermined and never passed.
    """
    filing = rulebook.law_of_filing(facts.authority, facts.category, facts.filed_on, known_on)
    return assess_by(rulebook, filing, facts, known_on)


def assess_by(
    rulebook: Rulebook, filing: LawOfFiling, facts: ApplicationFacts, known_on: date | None = None
) -> Assessment:
    """The same with the law of the day of filing as it is given, such as with another rule on the deciding date."""
    deciding = deciding_date(filing, facts, known_on)
    if isinstance(deciding, DecidingDateUnknown):
        return Assessment(
            rule_set=rulebook.sha256,
            verdict=Verdict.UNDETERMINED,
            legal_reference_date=None,
            known_on=known_on,
            weighed=(undated(Rule.SALARY_THRESHOLD, deciding),),
        )
    law = rulebook.law_on(facts.authority, facts.category, deciding.day, known_on)
    weighed = (
        *_pay_and_labour_market(law, deciding, facts),
        *judge_job(law, deciding, facts),
        *(judge_lists(rulebook, filing, deciding, facts, known_on) if filing.has_lists else ()),
        *judge_worker(law, deciding, facts),
        *(judge_employer(law, deciding, facts) if is_on_register(facts) else ()),
    )
    return Assessment(
        rule_set=rulebook.sha256,
        verdict=overall_verdict(weighed),
        legal_reference_date=deciding.day,
        known_on=known_on,
        weighed=weighed,
        beside=lambda: (
            *(() if is_on_register(facts) else judge_employer(law, deciding, facts)),
            *judge_admission(rulebook, filing, law, deciding, facts, known_on),
        ),
    )


Part: TypeAlias = Callable[[ApplicableLaw, DecidingDate, ApplicationFacts], Iterable[Judged]]
"""Some of the rules, such as those about the employer."""


def judge_part(
    part: Part, rulebook: Rulebook, facts: ApplicationFacts, known_on: date | None = None
) -> tuple[Judged, ...]:
    """What :func:`assess` finds by the rules of ``part``; nothing where the day whose law applies is not known."""
    filing = rulebook.law_of_filing(facts.authority, facts.category, facts.filed_on, known_on)
    deciding = deciding_date(filing, facts, known_on)
    if isinstance(deciding, DecidingDateUnknown):
        return ()
    return tuple(part(rulebook.law_on(facts.authority, facts.category, deciding.day, known_on), deciding, facts))


def overall_verdict(judged: Iterable[Judged]) -> Verdict:
    """Not met if any required finding is; else undetermined if any is or nothing was required; else met.

    What the authority may refuse and need not is undetermined as well: a person decides it.
    """
    verdict: Verdict | None = None
    for each in judged:
        if not each.required:
            continue
        if each.verdict is Verdict.MET:
            verdict = verdict or Verdict.MET
        elif each.verdict is Verdict.NOT_MET and not each.leaves_choice:
            return Verdict.NOT_MET
        else:
            verdict = Verdict.UNDETERMINED
    return verdict or Verdict.UNDETERMINED


def _pay_and_labour_market(law: ApplicableLaw, deciding: DecidingDate, facts: ApplicationFacts) -> tuple[Judged, ...]:
    salary = judge_salary(law, deciding, facts)
    if law.closed_category is not None:
        return (_closed(law, law.closed_category, deciding), salary)
    rule = law.category_rule
    if rule is not None and rule.labour_market_test == "notRequired":
        return (salary,)
    labour_market_test = judge_labour_market_test(law, deciding, facts)
    if rule is not None and rule.combination == "either":
        return (_either(law, rule, deciding, salary, labour_market_test),)
    return (salary, labour_market_test)


def _closed(law: ApplicableLaw, closed: ClosedCategory, deciding: DecidingDate) -> Finding:
    """A category that the authority does not have grants nothing, however well the work is paid."""
    step = Step(
        code="categoryExempt" if closed.exempt else "categoryClosed",
        values={
            "authority": law.authority,
            "category": law.category,
            "provision": closed.id,
            "legalReference": closed.legal_reference,
            "confidence": closed.confidence_on(deciding.day),
        },
    )
    return Finding(
        rule=Rule.OPEN_CATEGORY,
        required=True,
        verdict=Verdict.NOT_MET,
        legal_reference_date=deciding.day,
        rule_id=closed.id,
        legal_reference=closed.legal_reference,
        sources=closed.sources,
        confidence=closed.confidence_on(deciding.day),
        threshold=OPEN,
        unit="category",
        observed=law.category,
        counterfactual=(Change(fact="category", threshold=OPEN, distance="", unit="category"),),
        trace=(deciding.step, step),
        provisions=(*deciding.provisions, closed.id),
    )


def _either(law: ApplicableLaw, rule: CategoryRule, deciding: DecidingDate, *branches: Judged) -> Judged:
    """One required judgement over alternatives: met if one is, not met only if all are not.

    Pay below the threshold with no recruitment evidence stays undetermined, because evidence can still be
    added and would settle it: silence about recruitment is not proof that there was none. What would have met
    it is what would have met one of the branches, and is there.
    """
    verdicts = {branch.verdict for branch in branches}
    if Verdict.MET in verdicts:
        verdict = Verdict.MET
    elif verdicts == {Verdict.NOT_MET}:
        verdict = Verdict.NOT_MET
    else:
        verdict = Verdict.UNDETERMINED
    return Judgement(
        Rule.SALARY_OR_LABOUR_MARKET_TEST,
        True,
        verdict,
        lambda: _alternatives(rule, deciding, verdict, *(branch.finding() for branch in branches)),
    )


def _alternatives(rule: CategoryRule, deciding: DecidingDate, verdict: Verdict, *branches: Finding) -> Finding:
    undetermined = verdict is Verdict.UNDETERMINED
    open_branches = tuple(branch for branch in branches if branch.verdict is Verdict.UNDETERMINED)
    used = (*deciding.provisions, rule.id, *(each for branch in branches for each in branch.provisions))
    return Finding(
        rule=Rule.SALARY_OR_LABOUR_MARKET_TEST,
        required=True,
        verdict=verdict,
        legal_reference_date=deciding.day,
        rule_id=rule.id,
        legal_reference=rule.legal_reference,
        sources=rule.sources,
        confidence=rule.confidence_on(deciding.day),
        reason=_reason(open_branches) if undetermined else None,
        missing=tuple(path for branch in open_branches for path in branch.missing) if undetermined else (),
        branches=branches,
        trace=(
            deciding.step,
            Step(
                code="oneIsEnough",
                values={
                    "rules": " ".join(branch.rule.value for branch in branches),
                    "provision": rule.id,
                    "legalReference": rule.legal_reference,
                    "confidence": rule.confidence_on(deciding.day),
                },
            ),
            *(
                Step(code="branch", values={"rule": each.rule.value, "verdict": each.verdict.value})
                for each in branches
            ),
            Step(code="together", values={"verdict": verdict.value}),
        ),
        provisions=tuple(dict.fromkeys(used)),
    )


def _reason(open_branches: tuple[Finding, ...]) -> str | None:
    if any(branch.missing for branch in open_branches):
        return reasons.EVIDENCE_MISSING
    return next((branch.reason for branch in open_branches), None)
