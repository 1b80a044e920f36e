"""The code lists and the domain say the same: no code without words, and no words for a code that does not exist."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

import pytest

from api.http.problems import OWN_PROBLEM_TYPES
from api.words.code_lists import CodeLists
from api.words.sentences.earlier_references import EARLIER_REFERENCES
from domain import codes
from domain.case import verification
from domain.case.admissibility import ADMISSIBILITY_OUTCOMES, OPEN_POINTS
from domain.case.decision import OUTCOMES, RESIDENCE_PART, WORK_PART
from domain.case.grounds import INADMISSIBILITY_GROUNDS, REFUSAL_GROUNDS
from domain.case.lifecycle import CaseStatus, CheckState, Stage
from domain.case.manual_tasks import (
    CONTRACT_CONTENT,
    LEGACY_RECORD,
    NOT_DECLARED,
    NOT_STATED,
    REGISTER_INCOMPLETE,
    SALARY,
    TO_BE_CONFIRMED,
)
from domain.case.payment_lines import LineOutcome
from domain.case.refusals import Reason
from domain.crossroads.answers import CheckKind, UnansweredReason
from domain.deadlines.clocks import BREACHED, CLOCKS, WARNED, ClockState
from domain.deadlines.service_levels import ServiceStatus
from domain.law import reasons
from domain.law.assessment import assess
from domain.law.facts import ApplicationFacts
from domain.law.fees_owed import EXEMPTIONS
from domain.law.findings import Finding, Verdict
from domain.law.legal_reference import LegalReference
from domain.law.procedural_terms import ON_EXPIRY, STARTS
from domain.law.provisions.job import ListedOccupation, WorkHistoryTerms
from domain.law.provisions.pay import BASES, PAY_COMPONENTS
from domain.law.provisions.procedure import ReferenceDateBasis
from domain.law.readers.common_keys import CONFIDENCES
from domain.law.rule_codes import Rule
from domain.law.rulebook import Rulebook
from domain.law.rules.employer import EMPLOYER_STATES
from domain.migration.cutover import CutOverStep
from domain.migration.findings import RefusalReason
from infra.identity.caller import Role
from infra.postgres.webhooks.deliveries import Outcome
from infra.postgres.webhooks.subscriptions import StopReason, SubscriptionState
from infra.webhooks.troubles import WebhookTrouble

REASONS = tuple(value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str))

CLOSED_LISTS: dict[str, Collection[str]] = {
    "authorities": codes.AUTHORITIES,
    "kinds": codes.KINDS,
    "categories": codes.CATEGORIES,
    "filingRoles": codes.FILING_ROLES,
    "documentKinds": codes.DOCUMENT_KINDS,
    "detailKinds": codes.DETAIL_KINDS,
    "feeRecipients": codes.FEE_RECIPIENTS,
    "inadmissibilityGrounds": INADMISSIBILITY_GROUNDS,
    "openPoints": OPEN_POINTS,
    "feeExemptions": EXEMPTIONS,
    "paymentLineOutcomes": tuple(LineOutcome),
    "webhookStates": tuple(SubscriptionState),
    "webhookStopReasons": tuple(StopReason),
    "webhookOutcomes": tuple(Outcome),
    "webhookTroubles": tuple(WebhookTrouble),
    "residenceRefusalGrounds": codes.RESIDENCE_REFUSAL_GROUNDS,
    "pauseGrounds": codes.PAUSE_GROUNDS,
    "holders": codes.HOLDERS,
    "contracts": codes.CONTRACTS,
    "contractElements": codes.CONTRACT_ELEMENTS,
    "employerStates": EMPLOYER_STATES,
    "payPeriods": codes.PAY_PERIODS,
    "procedureLanguages": codes.LANGUAGES,
    "recruitmentChannels": codes.RECRUITMENT_CHANNELS,
    "outcomes": OUTCOMES,
    "admissibilityOutcomes": ADMISSIBILITY_OUTCOMES,
    "permitParts": (WORK_PART, RESIDENCE_PART),
    "stages": tuple(Stage),
    "checks": tuple(CheckKind),
    "checkStates": tuple(CheckState),
    "cutOverSteps": tuple(CutOverStep),
    "quarantineReasons": tuple(RefusalReason),
    "taskSubjects": (SALARY, LEGACY_RECORD, CONTRACT_CONTENT, *CheckKind),
    "verdicts": tuple(Verdict),
    "permitRules": tuple(Rule),
    "refusalGrounds": REFUSAL_GROUNDS,
    # a task says "noData" when the bank holds nothing, and "undetermined" for a verdict without a reason
    "findingReasons": (
        *REASONS,
        *UnansweredReason,
        NOT_DECLARED,
        CheckState.NO_DATA.value,
        Verdict.UNDETERMINED.value,
        TO_BE_CONFIRMED,
        NOT_STATED,
        REGISTER_INCOMPLETE,
    ),
    "payBases": (verification.CONTRACT, verification.DECLARED_WAGES),
    "clocks": CLOCKS,
    "clockStates": tuple(ClockState),
    # the target counts from the day of filing; terms of law from the others
    "clockStarts": ("filedOn", *STARTS),
    "expiryOutcomes": ON_EXPIRY,
    "alarms": (WARNED, BREACHED),
    "lawConfidences": CONFIDENCES,
    "decidingDateBases": tuple(ReferenceDateBasis),
    "amountBases": BASES,
    "payComponents": PAY_COMPONENTS,
    "workBases": codes.WORK_BASES,
    "occupations": {
        code for each in Rulebook.load().provisions if isinstance(each, ListedOccupation) for code in each.scope
    },
}

PROMISED = {
    "caseStatuses": (
        "submitted", "informationRequested", "admissible", "inadmissible", "decidedGranted", "decidedRefused",
        "withdrawn", "revoked", "lapsed",
    ),
    "roles": (
        "employer", "representative", "worker", "caseHandler", "operations", "regulator", "migrationOperator",
    ),
    "serviceStatuses": ("inTime", "atRisk", "late", "notMeasured"),
}  # fmt: skip
"""Lists that the interfaces promise whole, and of which the domain knows a part. Records of other systems have the
other statuses, and the board counts what is not measured. No token says ``migrationOperator``: who transfers files
does so on the command line, but the codes that were agreed on name the role."""


def values(lists: CodeLists, name: str) -> list[str]:
    found = lists.code_list(name)
    assert found is not None
    return list(found.codes)


def test_every_basis_of_work_that_does_not_count_is_one_to_choose_from() -> None:
    terms = [each for each in Rulebook.load().provisions if isinstance(each, WorkHistoryTerms)]
    assert {code for each in terms for code in each.not_counted} < set(codes.WORK_BASES)


@pytest.mark.parametrize("name", CLOSED_LISTS)
def test_a_closed_list_has_the_codes_of_the_domain_and_no_others(lists: CodeLists, name: str) -> None:
    assert sorted(values(lists, name)) == sorted(CLOSED_LISTS[name])


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_list_is_whole(lists: CodeLists, name: str) -> None:
    assert values(lists, name) == list(PROMISED[name])


def test_there_is_no_status_and_no_role_beyond_the_promised(lists: CodeLists) -> None:
    assert set(CaseStatus) <= set(values(lists, "caseStatuses"))
    assert set(ServiceStatus) <= set(values(lists, "serviceStatuses"))
    assert {*Role, *codes.FILING_ROLES} <= set(values(lists, "roles"))


def test_every_problem_type_of_our_own_has_a_title_and_a_meaning(lists: CodeLists) -> None:
    described = lists.code_list("problemTypes")
    assert described is not None
    assert set(OWN_PROBLEM_TYPES) <= set(described.codes) <= set(OWN_PROBLEM_TYPES) | set(Reason)
    for code, problem_type in OWN_PROBLEM_TYPES.items():
        assert described.codes[code].label.en != problem_type.title, f"{code} has no words for people in English"
    for each in described.codes.values():
        assert each.description is not None, f"{each.value} has no description"


def test_no_list_escapes_these_tests(lists: CodeLists) -> None:
    assert set(lists.list_names) == {*CLOSED_LISTS, *PROMISED, "problemTypes", "factNames", "legalActs"}


def test_every_act_that_is_cited_has_its_names(lists: CodeLists) -> None:
    law = Rulebook.load()
    cited = [LegalReference.parse(each.legal_reference) for each in (*law.provisions, *law.terms.all())]

    assert None not in cited, "the law in use cites codes; sentences are those of earlier rule sets"
    for reference in cited:
        for act in () if reference is None else reference.acts:
            lists.label("legalActs", act, "nl")


def test_an_act_has_names_because_something_cites_it(lists: CodeLists) -> None:
    law = Rulebook.load()
    in_use = [each.legal_reference for each in (*law.provisions, *law.terms.all())]
    cited = [LegalReference.parse(each) for each in (*in_use, *EARLIER_REFERENCES.values())]

    assert set(values(lists, "legalActs")) == {act for each in cited if each is not None for act in each.acts}


@pytest.mark.parametrize("on", [date(2019, 6, 1), date(2024, 6, 1), date(2026, 3, 1)])
def test_whatever_an_assessment_finds_can_be_told(lists: CodeLists, on: date) -> None:
    law = Rulebook.load()

    def told(finding: Finding) -> None:
        lists.label("permitRules", finding.rule, "nl")
        lists.label("verdicts", finding.verdict, "fr")
        if finding.reason is not None:
            lists.label("findingReasons", finding.reason, "de")
        if finding.confidence is not None:
            lists.label("lawConfidences", finding.confidence, "en")
        changes = finding.counterfactual if isinstance(finding.counterfactual, tuple) else ()
        for path in (*finding.missing, *(each.fact for each in changes)):
            lists.label("factNames", path.replace(".", "-"), "nl")
        for branch in finding.branches:
            told(branch)

    for authority in codes.AUTHORITIES:
        for category in codes.CATEGORIES:
            assessment = assess(law, ApplicationFacts(authority=authority, category=category, filed_on=on))
            assert assessment.findings
            for finding in assessment.findings:
                told(finding)


def test_no_two_codes_of_a_list_are_called_the_same(lists: CodeLists) -> None:
    for name in lists.list_names:
        found = lists.code_list(name)
        assert found is not None
        for language in codes.LANGUAGES:
            labels = [code.label.written_in(language) for code in found.codes.values()]
            assert len(labels) == len(set(labels)), f"{name} in {language} calls two codes the same"


def test_a_code_is_called_the_same_in_every_list_it_stands_in(lists: CodeLists) -> None:
    for part, whole in (
        ("filingRoles", "roles"),
        ("checks", "taskSubjects"),
    ):
        for code in set(values(lists, part)) & set(values(lists, whole)):
            for language in codes.LANGUAGES:
                assert lists.label(part, code, language) == lists.label(whole, code, language)


def test_withdrawn_and_revoked_are_told_apart(lists: CodeLists) -> None:
    """Dutch and French have one word for both (FACTS 7.2): who did it must be said."""
    for language, word in (("nl", "ingetrokken"), ("fr", "retiré")):
        for status in ("withdrawn", "revoked"):
            label = lists.label("caseStatuses", status, language)
            assert word in label
            assert re.search(r" door de (aanvrager|overheid)$| par (le demandeur|l.autorité)$", label)


def test_french_has_a_no_break_space_before_double_punctuation(lists: CodeLists) -> None:
    for name in lists.list_names:
        found = lists.code_list(name)
        assert found is not None
        for code in found.codes.values():
            texts = [code.label.fr] + ([] if code.description is None else [code.description.fr])
            for text in texts:
                assert not re.search(r"(?<!\u00a0)[:;?!»]|«(?!\u00a0)", text), f"{name}/{code.value}: {text}"
                assert "'" not in text
