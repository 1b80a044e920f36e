"""One event of every type, as the domain sees it today. Personal values are canaries: none may be seen in store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.case.application import (
    Document,
    GrossPay,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
    Workplace,
)
from domain.case.events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    ApplicationForwardedToImmigrationOffice,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    AssignmentWithdrawn,
    CaseAssigned,
    CaseCorrected,
    CaseEvent,
    ClockCorrected,
    ClockPaused,
    ClockResumed,
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    DeadlineBreached,
    DeadlineWarned,
    DeclaredQuarter,
    DeclaredRelation,
    DocumentAttached,
    DocumentWithdrawn,
    EmployerIdentified,
    EmployerNumbers,
    EmploymentVerified,
    FeePaid,
    FeePaymentVoided,
    InformationProvided,
    InformationRequested,
    JobOffered,
    LabourMarketEvidenceAdded,
    LabourMarketTestAssessed,
    LegacyRecordRetold,
    MandateVerified,
    PersonIdentifierReplaced,
    RepresentativeNumber,
    ResidencePartDecided,
    RuleApplied,
    SalaryVerified,
    WorkPartDecided,
)
from domain.case.legacy_events import RecordedEmployer, RecordedWorker
from domain.law.facts import ApplicationFacts, Publication, RecruitmentFacts, WorkDone
from domain.law.findings import Change, Finding, Step, Verdict
from domain.law.rule_codes import Rule

ORIGIN: Final = "flanders.example/permits"
STREAM: Final = UUID("11111111-1111-4111-8111-111111111111")
WORKER: Final = UUID("22222222-2222-4222-8222-222222222222")
RULE_SET: Final = "5e" * 32

CANARIES: Final = (
    "canary voiding",
    "canary wrong colleague",
    "canary wrong person",
    "Canary-Given", "Canary-Family", "1991-07-13", "91071300117", "58321.77", "canary title", "canary candidate",
    "Canary Sending NV", "Canary Earlier NV", "14580.44", "canary trace", "canary motivation", "canary reason",
    "canary question", "canary answer", "Canary Sole Trader", "Canary file number", "Canary-infirmi", "Canary-Lambert",
    "c4" * 32,
)  # fmt: skip
"""Every personal value below, as it would appear if it were not encrypted."""

_FILED: Final = datetime(2026, 1, 20, 9, 30, 15, 123_456, tzinfo=UTC)
_HANDLER: Final = "caseHandler:h-1"
_EMPLOYER: Final = "employer:e-1"
_JUDGED: Final = datetime(2026, 2, 2, 14, 0, tzinfo=UTC)

_PUBLICATIONS: Final = (
    VacancyPublication(channel="VDAB", from_=date(2025, 11, 10), to=date(2026, 1, 12)),
    VacancyPublication(channel="EURES", from_=date(2025, 11, 10), to=date(2026, 1, 12)),
)
_FACTS_OF_ENGINE_1: Final = ApplicationFacts(
    authority="flanders",
    category="mediumSkilledOther",
    filed_on=date(2026, 1, 20),
    contract="belgian",
    gross_pay=Decimal("58321.77"),
    pay_period="year",
    publications=(Publication(channel="VDAB", published_from=date(2025, 11, 10), published_to=date(2026, 1, 12)),),
)
_FINDING_OF_ENGINE_1: Final = Finding(
    rule=Rule.SALARY_THRESHOLD,
    required=False,
    verdict=Verdict.MET,
    legal_reference_date=date(2026, 1, 20),
    rule_id="FL-MSO-2026",
    legal_reference="art. 18",
    sources=("source one",),
    confidence="confirmed",
    threshold="43396.00",
    unit="EUR/year",
    observed="58321.77",
    difference="14925.77",
    trace=("canary trace: EUR 58321.77 is not below EUR 43396.00.",),
)
_RESULT_OF_ENGINE_1: Final = RuleApplied(
    rule="salaryThreshold",
    required=False,
    verdict="met",
    rule_id="FL-MSO-2026",
    threshold="43396.00",
    unit="EUR/year",
    legal_reference="art. 18",
    sources=("source one",),
    confidence="confirmed",
    reason=None,
    missing=(),
)

_FACTS_OF_ENGINE_2: Final = replace(
    _FACTS_OF_ENGINE_1,
    admissible_on=date(2026, 1, 30),
    decided_on=date(2026, 2, 2),
    employment_start=date(2026, 3, 1),
    employment_end=date(2028, 2, 29),
    full_time_equivalent=Decimal("0.8"),
    qualification_level=6,
    occupation_code="roofer",
    municipality_code="44021",
    birth_date=date(1991, 7, 13),
    nationality="IN",
    renewal=False,
    change_of_employer=False,
    filed_by="representative",
    mandate_reference="M-1",
    prior_service_months=12,
    work_history=(WorkDone(from_=date(2021, 1, 1), to=date(2025, 1, 1), basis="singlePermit"),),
    permit_expires_on=date(2026, 5, 31),
)
_FACTS: Final = replace(
    _FACTS_OF_ENGINE_2,
    family_in_belgium=True,
    employer_founded_on=date(1994, 3, 1),
    employer_has_staff=True,
    employer_active=True,
    employer_has_debts=False,
    contract_states=("duration", "parties", "wage"),
)
_FINDING: Final = replace(
    _FINDING_OF_ENGINE_1,
    counterfactual=(Change(fact="employment.grossPay.amount", threshold="43396.00", distance="0.01", unit="EUR/year"),),
    trace=(Step(code="payStated", values={"amount": "58321.77", "period": "year", "said": "canary trace"}),),
    provisions=("FL-REFERENCE-DATE", "FL-MSO-2026"),
)
_RESULT: Final = replace(_RESULT_OF_ENGINE_1, provisions=("FL-REFERENCE-DATE", "FL-MSO-2026"))

SAMPLES: Final[tuple[CaseEvent, ...]] = (
    ApplicationSubmitted(
        effective_at=_FILED,
        reference="FL-2026-0000001-23",
        authority="flanders",
        kind="fixedTerm",
        category="mediumSkilledOther",
        renewal=False,
        change_of_employer=True,
        procedure_language="nl",
        filed_by="representative",
        employer=EmployerNumbers(enterprise_number="0202239951", establishment_unit_number="2000000339"),
        employer_name="Canary Werkgever NV",
        representative=RepresentativeNumber(enterprise_number="0403227515"),
        mandate_reference="canary-M-1",
        employment=JobOffered(
            start=date(2026, 3, 1),
            end=date(2028, 2, 29),
            contract="belgian",
            full_time_equivalent=Decimal("0.8"),
            workplace=Workplace(municipality_code="44021"),
            occupation_code="2512",
            qualification_level=4,
            joint_committee="200",
            contract_states=("duration", "parties", "wage"),
        ),
        publications=_PUBLICATIONS,
        documents=(Document(kind="employmentContract", sha256="d0" * 32, media_type="application/pdf", size=12345),),
        worker_subject=WORKER,
        worker=Worker(
            given_name="Canary-Given",
            family_name="Canary-Family",
            birth_date=date(1991, 7, 13),
            nationality="IN",
            ssin="91071300117",
            family_in_belgium=True,
        ),
        gross_pay=GrossPay(amount=Decimal("58321.77"), period="year"),
        title="canary title",
        candidates=("canary candidate: no licence",),
        transfer=Transfer(sending_undertaking="Canary Sending NV", country="IN", prior_service_months=12),
        work_history=(
            WorkPeriod(employer="Canary Earlier NV", from_=date(2021, 1, 1), to=date(2025, 1, 1), basis="singlePermit"),
        ),
        left_open=("contractContent",),
    ),
    CrossroadsCheckRequested(effective_at=_FILED, check="employerRegister", revision=1),
    CrossroadsCheckAnswered(
        effective_at=_JUDGED,
        check="employerRegister",
        revision=1,
        outcome="found",
        ticket="ticket-1",
        worker_subject=WORKER,
        answer_sha256="c4" * 32,
    ),
    CrossroadsCheckFailed(
        effective_at=_JUDGED, check="declaredWages", revision=2, reason="sourceUnavailable", attempts=4
    ),
    PersonIdentifierReplaced(effective_at=_JUDGED, worker_subject=WORKER, replaced="85073003328", ssin="85473003331"),
    EmploymentVerified(
        effective_at=_JUDGED,
        covered=True,
        worker_subject=WORKER,
        relations=(DeclaredRelation(enterprise_number="0316380841", start=date(2020, 3, 2), last_day=None),),
    ),
    EmployerIdentified(
        effective_at=_JUDGED,
        enterprise_number="0202239951",
        name="Canary Werkgever NV",
        active=True,
        founded_on=date(1994, 3, 1),
        has_staff=True,
        has_debts=None,
        worker_subject=WORKER,
        left_open=("employerDebts",),
    ),
    SalaryVerified(
        effective_at=_JUDGED,
        basis="declaredWages",
        legal_reference_date=date(2026, 1, 20),
        known_on=date(2026, 2, 2),
        rule_set=RULE_SET,
        engine_version=3,
        result=_RESULT,
        worker_subject=WORKER,
        facts=_FACTS,
        declared_quarters=(DeclaredQuarter(quarter="2025Q1", gross=Decimal("14580.44")),),
        finding=_FINDING,
    ),
    LabourMarketEvidenceAdded(
        effective_at=_JUDGED, publications=_PUBLICATIONS, worker_subject=WORKER, candidates=("canary candidate: moved",)
    ),
    LabourMarketTestAssessed(
        effective_at=_JUDGED,
        legal_reference_date=date(2026, 1, 20),
        known_on=date(2026, 2, 2),
        rule_set=RULE_SET,
        engine_version=2,
        facts=RecruitmentFacts(
            authority="flanders",
            category="mediumSkilledOther",
            filed_on=date(2026, 1, 20),
            publications=_FACTS.publications or (),
        ),
        finding=Finding(
            rule=Rule.LABOUR_MARKET_TEST,
            required=True,
            verdict=Verdict.NOT_MET,
            legal_reference_date=date(2026, 1, 20),
            threshold="63",
            unit="days",
            observed="0",
            difference="-63",
            counterfactual=(
                Change(fact="labourMarketTest.publications.EURES", threshold="63", distance="63", unit="days"),
            ),
            trace=(Step(code="noPublication"),),
            provisions=("FL-LMT",),
        ),
    ),
    ApplicationDecidedAtOnce(
        effective_at=_JUDGED,
        outcome="refused",
        grounds=("other",),
        verdict="met",
        legal_reference_date=date(2026, 1, 20),
        known_on=date(2026, 2, 2),
        rule_set=RULE_SET,
        engine_version=1,
        results=(_RESULT_OF_ENGINE_1,),
        worker_subject=WORKER,
        facts=_FACTS_OF_ENGINE_1,
        findings=(_FINDING_OF_ENGINE_1,),
        motivation="canary motivation",
    ),
    ApplicationWithdrawn(effective_at=_JUDGED, by="employer-1", worker_subject=WORKER, reason="canary reason"),
    DocumentAttached(
        effective_at=_JUDGED,
        document=Document(kind="diploma", sha256="d1" * 32, media_type="image/png", size=2048),
        by=_EMPLOYER,
        worker_subject=WORKER,
    ),
    FeePaid(
        effective_at=_JUDGED,
        recipient="federal",
        amount=Decimal("377.00"),
        paid_on=date(2026, 1, 19),
        payment_reference="canary +++090/9337/55493+++",
        by=_HANDLER,
        worker_subject=WORKER,
    ),
    FeePaymentVoided(
        effective_at=_JUDGED,
        payment=1,
        by=_HANDLER,
        worker_subject=WORKER,
        reason="canary voiding",
    ),
    CaseCorrected(
        effective_at=_JUDGED,
        corrected=("worker", "employer", "employment"),
        employer=EmployerNumbers(enterprise_number="0202239951"),
        employer_name="Canary Werkgever BV",
        employment=JobOffered(
            start=date(2026, 4, 1),
            end=None,
            contract="belgian",
            full_time_equivalent=Decimal("0.8"),
            workplace=Workplace(municipality_code="11002"),
            occupation_code="2512",
            qualification_level=6,
            joint_committee="200",
            contract_states=("duration", "parties", "wage"),
        ),
        by=_HANDLER,
        worker_subject=WORKER,
        worker=Worker(
            given_name="Canary-Given",
            family_name="Canary-Family",
            birth_date=date(1991, 7, 13),
            nationality="IN",
            ssin="91071300117",
            family_in_belgium=True,
        ),
        gross_pay=GrossPay(amount=Decimal("58321.77"), period="year"),
        title="canary title",
        reason="canary reason",
        left_open=("contractContent",),
    ),
    CaseAssigned(effective_at=_JUDGED, handler=_HANDLER, by="caseHandler:lead-1"),
    AssignmentWithdrawn(
        effective_at=_JUDGED,
        handler=_HANDLER,
        by="caseHandler:lead-1",
        worker_subject=WORKER,
        reason="canary wrong colleague",
    ),
    DocumentWithdrawn(
        effective_at=_JUDGED,
        document=Document(kind="diploma", sha256="ab" * 32, media_type="application/pdf", size=120_000),
        by=_HANDLER,
        worker_subject=WORKER,
        reason="canary wrong person",
    ),
    MandateVerified(
        effective_at=_JUDGED,
        enterprise_number="0403227515",
        mandate_reference="canary-M-1",
        valid=True,
        by=_HANDLER,
        worker_subject=WORKER,
    ),
    InformationRequested(
        effective_at=_JUDGED,
        request_id=UUID("33333333-3333-5333-8333-333333333333"),
        items=("diploma", "payDetails"),
        reply_by=date(2026, 2, 17),
        term_id="SUPPLEMENT",
        legal_reference="art. 61/25-1",
        by=_HANDLER,
        worker_subject=WORKER,
        question="canary question",
    ),
    InformationProvided(
        effective_at=_JUDGED,
        request_id=UUID("33333333-3333-5333-8333-333333333333"),
        documents=("d1" * 32,),
        by=_EMPLOYER,
        worker_subject=WORKER,
        answer="canary answer",
    ),
    ApplicationDeclaredAdmissible(
        effective_at=_JUDGED,
        open_points=("feeNotPaid",),
        by=_HANDLER,
        worker_subject=WORKER,
        motivation="canary motivation",
    ),
    ApplicationDeclaredInadmissible(
        effective_at=_JUDGED,
        grounds=("fileIncomplete",),
        by=_HANDLER,
        worker_subject=WORKER,
        motivation="canary motivation",
    ),
    WorkPartDecided(
        effective_at=_JUDGED,
        outcome="refused",
        grounds=("other",),
        verdict="met",
        legal_reference_date=date(2026, 1, 20),
        known_on=date(2026, 2, 2),
        rule_set=RULE_SET,
        engine_version=3,
        results=(_RESULT,),
        by=_HANDLER,
        worker_subject=WORKER,
        facts=_FACTS,
        findings=(_FINDING,),
        motivation="canary motivation",
    ),
    ApplicationForwardedToImmigrationOffice(effective_at=_JUDGED, by=_HANDLER),
    ResidencePartDecided(
        effective_at=_JUDGED,
        outcome="refused",
        grounds=("publicOrder",),
        by=_HANDLER,
        worker_subject=WORKER,
        motivation="canary motivation",
    ),
    ApplicationDecided(effective_at=_JUDGED, outcome="refused", refused_part="residence"),
    ClockPaused(
        effective_at=_JUDGED,
        pause=1,
        ground="forceMajeure",
        legal_reference="canary art. 1",
        by=_HANDLER,
        worker_subject=WORKER,
        motivation="canary motivation",
    ),
    ClockResumed(effective_at=_JUDGED, pause=1, by=_HANDLER, worker_subject=WORKER, motivation="canary motivation"),
    ClockCorrected(
        effective_at=_JUDGED,
        pause=1,
        paused_from=date(2026, 1, 26),
        paused_to=date(2026, 1, 30),
        by=_HANDLER,
        worker_subject=WORKER,
        motivation="canary motivation",
    ),
    DeadlineWarned(effective_at=_JUDGED, clock="target", run=1, due_on=date(2026, 3, 21)),
    DeadlineBreached(effective_at=_JUDGED, clock="answer", run=2, due_on=date(2026, 2, 17)),
    LegacyRecordRetold(
        effective_at=_JUDGED,
        reference=f"brussels/{STREAM}",
        authority="brussels",
        kind="fixedTerm",
        category="highlySkilled",
        status="admissible",
        filed_on=date(2025, 3, 7),
        admissible_on=date(2025, 3, 31),
        decided_on=None,
        valid_from=None,
        valid_to=None,
        employer=RecordedEmployer(enterprise_number="0202239951"),
        unknown=("validFrom",),
        record_id=UUID("6d0a5a55-8b50-5d5c-9d0e-000000000001"),
        record_digest="5e" * 32,
        mapping_version=1,
        corrected=("niss",),
        worker_subject=WORKER,
        worker=RecordedWorker(
            given_name="Canary-?mile",
            family_name="Canary-Lambert",
            birth_date=date(1985, 7, 30),
            nationality="BR",
            ssin="85073003328",
        ),
        gross_pay=GrossPay(amount=Decimal("4303.75"), period="month"),
        title="Canary-infirmi?re",
        employer_name="Canary Sole Trader",
        file_number="Canary file number, of no shape",
    ),
)

_FILED_CASE: Final = next(each for each in SAMPLES if isinstance(each, ApplicationSubmitted))
_CORRECTED: Final = next(each for each in SAMPLES if isinstance(each, CaseCorrected))
_EMPLOYER_FOUND: Final = next(each for each in SAMPLES if isinstance(each, EmployerIdentified))
_SALARY: Final = next(each for each in SAMPLES if isinstance(each, SalaryVerified))
_TEST: Final = next(each for each in SAMPLES if isinstance(each, LabourMarketTestAssessed))
_WORK_PART: Final = next(each for each in SAMPLES if isinstance(each, WorkPartDecided))


def _without_grounds(event: ApplicationSubmitted | CaseCorrected) -> CaseEvent:
    """As it was stored before it said what the contract states and whether family lives here."""
    assert isinstance(event.worker, Worker)
    assert event.employment is not None
    return replace(
        _in_clear(event),
        employment=replace(event.employment, contract_states=()),
        worker=replace(event.worker, family_in_belgium=None),
        left_open=(),
    )


def _in_clear(event: CaseEvent) -> CaseEvent:
    """As it was stored when what parties write stood in clear."""
    match event:
        case ApplicationSubmitted():
            return replace(event, employer_name="Werkgever NV", mandate_reference="M-1")
        case CaseCorrected():
            return replace(event, employer_name="Werkgever BV")
        case FeePaid():
            return replace(event, payment_reference="+++090/9337/55493+++", worker_subject=None)
        case EmployerIdentified():
            return replace(event, name="Werkgever NV", worker_subject=None)
        case MandateVerified():
            return replace(event, mandate_reference="M-1", worker_subject=None)
        case ClockPaused():
            return replace(event, legal_reference="art. 1")
        case _:
            raise AssertionError(event)


EARLIER_SHAPES: Final[Mapping[tuple[str, int], CaseEvent]] = {
    ("ApplicationSubmitted", 1): _without_grounds(_FILED_CASE),
    ("CaseCorrected", 1): _without_grounds(_CORRECTED),
    ("EmployerIdentified", 1): replace(_in_clear(_EMPLOYER_FOUND), founded_on=None, has_staff=None, left_open=()),
    ("ApplicationSubmitted", 2): _in_clear(_FILED_CASE),
    ("CaseCorrected", 2): _in_clear(_CORRECTED),
    ("EmployerIdentified", 2): _in_clear(_EMPLOYER_FOUND),
    ("FeePaid", 1): _in_clear(next(each for each in SAMPLES if isinstance(each, FeePaid))),
    ("MandateVerified", 1): _in_clear(next(each for each in SAMPLES if isinstance(each, MandateVerified))),
    ("ClockPaused", 1): _in_clear(next(each for each in SAMPLES if isinstance(each, ClockPaused))),
    ("SalaryVerified", 2): replace(_SALARY, engine_version=2, facts=_FACTS_OF_ENGINE_2),
    ("WorkPartDecided", 2): replace(_WORK_PART, engine_version=2, facts=_FACTS_OF_ENGINE_2),
    ("SalaryVerified", 1): replace(
        _SALARY,
        engine_version=1,
        result=_RESULT_OF_ENGINE_1,
        facts=_FACTS_OF_ENGINE_1,
        finding=_FINDING_OF_ENGINE_1,
    ),
    ("LabourMarketTestAssessed", 1): replace(
        _TEST,
        engine_version=1,
        finding=replace(
            _TEST.finding,
            counterfactual="63 days more on EURES",
            trace=("VDAB 63 days, EURES 0 days.",),
            provisions=(),
        ),
    ),
    ("WorkPartDecided", 1): replace(
        _WORK_PART,
        engine_version=1,
        results=(_RESULT_OF_ENGINE_1,),
        facts=_FACTS_OF_ENGINE_1,
        findings=(_FINDING_OF_ENGINE_1,),
    ),
}
"""Events as an earlier engine wrote them, which the types of today still read."""


def sample_of(name: str, schema: int, event_type: type[CaseEvent]) -> CaseEvent:
    """The sample stored under this name and schema."""
    return EARLIER_SHAPES.get((name, schema)) or next(each for each in SAMPLES if type(each) is event_type)
