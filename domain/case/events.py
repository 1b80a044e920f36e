"""What happened in a case. Each event is read alone in a log, so each names its subject.

Every event carries an effective time (``effective_at``: when it counts in the procedure); the recorded time
is part of the journal's leaf. Names are storage format: they never change meaning; a change of shape raises
the schema version in :mod:`infra.event_codec` and adds a golden sample under ``tests/stored_events``.
"""

from __future__ import annotations

from domain.case.check_events import (
    CrossroadsCheckAnswered,
    CrossroadsCheckFailed,
    CrossroadsCheckRequested,
    DeclaredQuarter,
    DeclaredRelation,
    EmployerIdentified,
    EmploymentVerified,
    LabourMarketEvidenceAdded,
    LabourMarketTestAssessed,
    PersonIdentifierReplaced,
    RuleApplied,
    SalaryVerified,
)
from domain.case.clock_events import (
    ClockCorrected,
    ClockPaused,
    ClockResumed,
    DeadlineBreached,
    DeadlineWarned,
)
from domain.case.decision_events import (
    ApplicationDecided,
    ApplicationDecidedAtOnce,
    ApplicationDeclaredAdmissible,
    ApplicationDeclaredInadmissible,
    ApplicationForwardedToImmigrationOffice,
    ResidencePartDecided,
    WorkPartDecided,
)
from domain.case.filing_events import (
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CaseCorrected,
    DocumentAttached,
    DocumentWithdrawn,
    EmployerNumbers,
    FeePaid,
    FeePaymentVoided,
    JobOffered,
    RepresentativeNumber,
)
from domain.case.legacy_events import LegacyRecordRetold
from domain.case.processing_events import (
    AssignmentWithdrawn,
    CaseAssigned,
    InformationProvided,
    InformationRequested,
    MandateVerified,
)

__all__ = [
    "ApplicationDecided",
    "ApplicationDecidedAtOnce",
    "ApplicationDeclaredAdmissible",
    "ApplicationDeclaredInadmissible",
    "ApplicationForwardedToImmigrationOffice",
    "ApplicationSubmitted",
    "ApplicationWithdrawn",
    "AssignmentWithdrawn",
    "CaseAssigned",
    "CaseCorrected",
    "CaseEvent",
    "ClockCorrected",
    "ClockPaused",
    "ClockResumed",
    "CrossroadsCheckAnswered",
    "CrossroadsCheckFailed",
    "CrossroadsCheckRequested",
    "DeadlineBreached",
    "DeadlineWarned",
    "DeclaredQuarter",
    "DeclaredRelation",
    "DocumentAttached",
    "DocumentWithdrawn",
    "EmployerIdentified",
    "EmployerNumbers",
    "EmploymentVerified",
    "FeePaid",
    "FeePaymentVoided",
    "InformationProvided",
    "InformationRequested",
    "JobOffered",
    "LabourMarketEvidenceAdded",
    "LabourMarketTestAssessed",
    "LegacyRecordRetold",
    "MandateVerified",
    "PersonIdentifierReplaced",
    "RepresentativeNumber",
    "ResidencePartDecided",
    "RuleApplied",
    "SalaryVerified",
    "WorkPartDecided",
]

CaseEvent = (
    ApplicationSubmitted
    | DocumentAttached
    | DocumentWithdrawn
    | FeePaid
    | FeePaymentVoided
    | CaseCorrected
    | ApplicationWithdrawn
    | CrossroadsCheckRequested
    | CrossroadsCheckAnswered
    | CrossroadsCheckFailed
    | EmployerIdentified
    | PersonIdentifierReplaced
    | EmploymentVerified
    | SalaryVerified
    | LabourMarketEvidenceAdded
    | LabourMarketTestAssessed
    | CaseAssigned
    | AssignmentWithdrawn
    | MandateVerified
    | InformationRequested
    | InformationProvided
    | ApplicationDeclaredAdmissible
    | ApplicationDeclaredInadmissible
    | WorkPartDecided
    | ApplicationForwardedToImmigrationOffice
    | ResidencePartDecided
    | ApplicationDecided
    | ApplicationDecidedAtOnce
    | ClockPaused
    | ClockResumed
    | ClockCorrected
    | DeadlineWarned
    | DeadlineBreached
    | LegacyRecordRetold
)
