"""Every command that can come to a case on a day, whether it fits the case or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from hypothesis import strategies as st

from domain.case.application import (
    Employer,
)
from domain.case.commands import (
    AddLabourMarketEvidence,
    AssignCase,
    AttachDocument,
    CaseCommand,
    CorrectCase,
    CorrectPause,
    DecideAdmissibility,
    DecideResidencePart,
    DecideWorkPart,
    ForwardToImmigrationOffice,
    PauseClock,
    ProvideInformation,
    RaiseDeadline,
    RecordCrossroadsAnswer,
    RecordCrossroadsFailure,
    RecordFeePayment,
    RecordIdentifierReplaced,
    RequestInformation,
    ResumeClock,
    SubmitApplication,
    VerifyMandate,
    VoidFeePayment,
    WithdrawApplication,
    WithdrawAssignment,
    WithdrawDocument,
)
from domain.case.grounds import INADMISSIBILITY_GROUNDS, REFUSAL_GROUNDS
from domain.case.lifecycle import Case
from domain.codes import (
    PAUSE_GROUNDS,
    RESIDENCE_REFUSAL_GROUNDS,
)
from domain.crossroads.answers import (
    CheckKind,
    CrossroadsAnswer,
    DeclaredEmployment,
    DeclaredWages,
    EmployerOnRegister,
    NoDataFound,
    PersonOnRegister,
    QuarterWages,
    WorkRelation,
)
from domain.crossroads.declared_quarters import quarters_to_ask
from domain.deadlines.clocks import CLOCKS
from tests.case.anything_filed import NEWER_NUMBER, NUMBER, days_from, jobs, searches, workers
from tests.case.vocabulary import DIPLOMA, answered, fee, replaced, submit, unanswered, void


def answers_to(check: CheckKind, today: date) -> st.SearchStrategy[CrossroadsAnswer]:
    found: Mapping[CheckKind, st.SearchStrategy[CrossroadsAnswer]] = {
        CheckKind.EMPLOYER_REGISTER: st.builds(
            EmployerOnRegister,
            enterprise_number=st.just("0202239951"),
            name=st.just("Acme"),
            active=st.booleans(),
            founded_on=st.sampled_from([None, date(1994, 3, 1), today]),
            has_staff=st.sampled_from([None, True, False]),
            has_debts=st.sampled_from([None, True, False]),
        ),
        CheckKind.WORKER_IDENTITY: st.just(PersonOnRegister()),
        CheckKind.DECLARED_WAGES: st.builds(
            lambda gross, quarters: DeclaredWages(
                quarters=tuple(QuarterWages(quarter=each, gross=Decimal(gross)) for each in quarters)
            ),
            st.sampled_from(["500.00", "12000.00", "25000.00"]),
            st.sampled_from([quarters_to_ask(today), quarters_to_ask(today)[1:]]),
        ),
        CheckKind.DECLARED_EMPLOYMENT: st.just(
            DeclaredEmployment(
                relations=(
                    WorkRelation(
                        enterprise_number="0202239951", start=today - timedelta(days=4000), last_day=None
                    ),
                )
            )
        ),
    }  # fmt: skip
    return st.just(NoDataFound()) | found[check]


def _checks_of(case: Case) -> st.SearchStrategy[tuple[CheckKind, int]]:
    """A check that is out, if one is; else one that nobody asked."""
    out = [(CheckKind(name), case.checks[name].revision) for name in case.pending_checks]
    return st.sampled_from(out or [(CheckKind.EMPLOYER_REGISTER, 9)])


def _grounds(known: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(known), max_size=2, unique=True).map(tuple)


_MOTIVATION: Final = st.sampled_from([None, "seen by a person"])

COMMANDS: Final[Mapping[type[Any], Callable[[Case, date], st.SearchStrategy[CaseCommand]]]] = {
    SubmitApplication: lambda _case, _today: st.just(submit()),
    AddLabourMarketEvidence: lambda _case, today: st.builds(AddLabourMarketEvidence, evidence=searches(today)),
    RecordCrossroadsAnswer: lambda case, today: _checks_of(case).flatmap(
        lambda asked: answers_to(asked[0], today).map(lambda found: answered(found, asked[0], revision=asked[1]))
    ),
    RecordCrossroadsFailure: lambda case, _today: _checks_of(case).map(
        lambda asked: unanswered(asked[0], revision=asked[1])
    ),
    RecordIdentifierReplaced: lambda case, _today: st.tuples(
        _checks_of(case), st.sampled_from([NUMBER, NEWER_NUMBER])
    ).map(lambda drawn: replaced(drawn[0][0], drawn[1], revision=drawn[0][1])),
    WithdrawApplication: lambda _case, _today: st.just(WithdrawApplication()),
    AttachDocument: lambda _case, _today: st.just(AttachDocument(document=DIPLOMA)),
    VoidFeePayment: lambda case, _today: st.integers(1, len(case.payments) + 1).map(void),
    RecordFeePayment: lambda _case, _today: st.sampled_from(["federal", "regional"]).map(fee),
    VerifyMandate: lambda _case, _today: st.builds(VerifyMandate, valid=st.booleans()),
    AssignCase: lambda _case, _today: st.just(AssignCase(handler="caseHandler:h-2")),
    WithdrawDocument: lambda _case, _today: st.builds(
        WithdrawDocument, sha256=st.sampled_from([DIPLOMA.sha256, "ab" * 32]), reason=st.just("of another person")
    ),
    WithdrawAssignment: lambda _case, _today: st.just(WithdrawAssignment(reason="the wrong colleague")),
    CorrectCase: lambda _case, today: st.builds(
        CorrectCase,
        reason=st.just("A typing mistake."),
        employer=st.none() | st.just(Employer(enterprise_number="0403227515", name="Acme Two")),
        worker=st.none() | workers(today, with_number=True),
        employment=jobs(today),
    ),
    RequestInformation: lambda case, _today: st.builds(
        RequestInformation,
        request_id=st.just(UUID(int=len(case.requests) + 1)),
        items=st.just(("diploma",)),
        question=st.just("Which diploma?"),
    ),
    ProvideInformation: lambda case, _today: st.builds(
        ProvideInformation,
        request_id=st.sampled_from([UUID(int=number) for number in (len(case.requests), 1)]),
        answer=st.just("The one of 2012."),
    ),
    DecideAdmissibility: lambda _case, _today: st.builds(
        DecideAdmissibility,
        outcome=st.sampled_from(["admissible", "admissible", "inadmissible"]),
        grounds=st.just(()) | _grounds(INADMISSIBILITY_GROUNDS),
        motivation=_MOTIVATION,
    ),
    DecideWorkPart: lambda _case, _today: st.builds(
        DecideWorkPart,
        outcome=st.sampled_from(["granted", "granted", "refused"]),
        grounds=st.just(()) | _grounds(REFUSAL_GROUNDS),
        motivation=_MOTIVATION,
    ),
    ForwardToImmigrationOffice: lambda _case, _today: st.just(ForwardToImmigrationOffice()),
    DecideResidencePart: lambda _case, today: st.builds(
        DecideResidencePart,
        outcome=st.sampled_from(["granted", "refused"]),
        grounds=st.just(()) | _grounds(RESIDENCE_REFUSAL_GROUNDS),
        decided_on=st.none() | days_from(today, -9, 0, 1),
    ),
    PauseClock: lambda _case, today: st.builds(
        PauseClock,
        on=days_from(today, -9, -1, 0, 1),
        ground=st.sampled_from(PAUSE_GROUNDS[1:]),
        motivation=st.just("The archive is flooded."),
    ),
    ResumeClock: lambda _case, today: st.builds(
        ResumeClock, on=days_from(today, -9, -1, 0, 1), motivation=st.just("The archive is dry.")
    ),
    CorrectPause: lambda case, today: st.builds(
        CorrectPause,
        pause=st.integers(1, len(case.pauses) + 1),
        from_=days_from(today, -20, -9, -1, 0),
        motivation=st.just("The days were written down wrongly."),
        to=st.none() | days_from(today, -9, -1, 0),
    ),
    RaiseDeadline: lambda case, today: st.builds(
        lambda clock, kind, due_on: RaiseDeadline(
            clock=clock, kind=kind, due_on=due_on, crossed_on=due_on + timedelta(days=1)
        ),
        st.sampled_from(CLOCKS),
        st.sampled_from(["warned", "breached"]),
        days_from(today, -1, 5) if not case.requests else st.just(case.requests[-1].reply_by),
    ),
}
"""Every command that a case takes, as it may come on a day; some fit the case and some do not."""
