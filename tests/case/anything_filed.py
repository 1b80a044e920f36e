"""Whatever can be filed: every authority, category and kind of permit, with facts on both sides of every rule.

Beside it the cases that another system's records retell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from domain.case.application import (
    Application,
    Employer,
    Employment,
    GrossPay,
    LabourMarketEvidence,
    Transfer,
    VacancyPublication,
    Worker,
    WorkPeriod,
    Workplace,
)
from domain.case.events import CaseEvent
from domain.case.legacy_events import LegacyRecordRetold, RecordedEmployer, RecordedWorker
from domain.codes import (
    AUTHORITIES,
    CATEGORIES,
    CONTRACT_ELEMENTS,
    CONTRACTS,
    OPEN_STATUSES,
    PAY_PERIODS,
    RECRUITMENT_CHANNELS,
    kind_of_category,
)
from tests.case.vocabulary import AGENT, WORKER

DAYS_OF_FILING: Final = tuple(
    date.fromisoformat(day)
    for day in ("2019-06-03", "2021-05-10", "2023-03-01", "2024-05-02", "2025-01-15", "2026-01-20", "2026-11-27")
)
"""Days under as many states of the law; the last is later than any rule that is known to change."""

PLACES: Final = ("44021", "21004", "62063", "63023")
"""A municipality of each authority."""

OUTSIDE: Final = {"flanders": "21004", "brussels": "62063", "wallonia": "63023", "german-community": "44021"}
"""Work outside the territory of an authority."""

PAY: Final = ("83000.00", "60000.00", "46000.00", "36000.00", "12000.00", "3900.00", "2100.00", "0.01")
"""Above and below every threshold, by the month and by the year."""

BASES: Final = ("singlePermit", "study")

NUMBER, NEWER_NUMBER = "85073003328", "90410100190"
"""The worker's, and one that may have taken its place."""


def moment(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days_from(day: date, *offsets: int) -> st.SearchStrategy[date]:
    return st.sampled_from([day + timedelta(days=each) for each in offsets])


def workers(today: date, *, with_number: bool) -> st.SearchStrategy[Worker]:
    return st.builds(
        Worker,
        given_name=st.just("Ada"),
        family_name=st.just("Lovelace"),
        birth_date=days_from(today, -365 * 20, -365 * 29, -365 * 31, -365 * 55),
        nationality=st.sampled_from(["IN", "TR", "US"]),
        family_in_belgium=st.sampled_from([None, True, False]),
        ssin=st.just(NUMBER) if with_number else st.sampled_from([None, NUMBER]),
    )


def jobs(today: date) -> st.SearchStrategy[Employment]:
    return st.builds(
        Employment,
        title=st.just("analyst"),
        start=days_from(today, -30, 40, 200),
        end=st.none() | days_from(today, 240, 600, 1400),
        contract=st.sampled_from(CONTRACTS),
        gross_pay=st.builds(
            GrossPay, amount=st.sampled_from(PAY).map(Decimal), period=st.sampled_from(PAY_PERIODS)
        ),
        full_time_equivalent=st.sampled_from([Decimal(share) for share in ("1.0", "1.0", "0.8", "0.3")]),
        workplace=st.builds(Workplace, municipality_code=st.sampled_from(PLACES)),
        occupation_code=st.sampled_from([None, "roofer", "asbestos-remover", "truck-driver", "poet"]),
        qualification_level=st.sampled_from([6, 6, 3, 1, 8, None]),
        joint_committee=st.sampled_from([None, "200"]),
        contract_states=st.sampled_from([(), CONTRACT_ELEMENTS, CONTRACT_ELEMENTS[:3]]),
    )  # fmt: skip


def searches(today: date) -> st.SearchStrategy[LabourMarketEvidence]:
    """A search of 80 days or of 12 that ended the day before, on all channels or on some."""
    return st.builds(
        lambda length, channels: LabourMarketEvidence(
            publications=tuple(
                VacancyPublication(channel=channel, from_=today - timedelta(days=length + 1), to=today - timedelta(1))
                for channel in channels
            )
        ),
        st.sampled_from([12, 80]),
        st.sampled_from([RECRUITMENT_CHANNELS, RECRUITMENT_CHANNELS[:1]]),
    )


def work_histories(today: date) -> st.SearchStrategy[tuple[WorkPeriod, ...]]:
    return st.sampled_from([200, 3000]).flatmap(
        lambda length: st.sampled_from(BASES).map(
            lambda basis: (
                WorkPeriod(employer="Acme", from_=today - timedelta(days=length), to=today - timedelta(1), basis=basis),
            )
        )
    )


def applications_of(authority: str, category: str, today: date) -> st.SearchStrategy[Application]:
    """Applications of one category that an authority takes on a day, complete or not, strong or weak."""
    kind = kind_of_category(category)
    filed_by = st.just("worker") if kind == "unlimited" else st.sampled_from(["employer", "representative"])
    transfers = st.builds(
        Transfer,
        sending_undertaking=st.just("Holding"),
        country=st.just("IN"),
        prior_service_months=st.sampled_from([0, 3, 24]),
    )
    return st.booleans().flatmap(
        lambda renewal: filed_by.flatmap(
            lambda filer: st.builds(
                Application,
                authority=st.just(authority),
                kind=st.just(kind),
                category=st.just(category),
                procedure_language=st.just("nl"),
                filed_by=st.just(filer),
                employer=st.just(Employer(enterprise_number="0202239951", name="Acme")),
                worker=workers(today, with_number=renewal or kind == "unlimited"),
                employment=jobs(today),
                renewal=st.just(renewal),
                change_of_employer=st.booleans(),
                representative=st.just(AGENT if filer == "representative" else None),
                labour_market_test=st.none() | searches(today),
                transfer=transfers if kind == "intraCorporateTransfer" else st.none(),
                work_history=st.just(()) | work_histories(today),
            )
        )
    )


def applications(today: date) -> st.SearchStrategy[Application]:
    return st.tuples(st.sampled_from(AUTHORITIES), st.sampled_from(CATEGORIES)).flatmap(
        lambda chosen: applications_of(*chosen, today)
    )


def failing_applications(authority: str, category: str, today: date) -> Iterator[Application]:
    """Applications of a category that fall short wherever one can, for a job below the level asked for or above it."""
    kind = kind_of_category(category)
    work = WorkPeriod(employer="Acme", from_=today - timedelta(days=40), to=today - timedelta(1), basis=BASES[0])
    search = LabourMarketEvidence(
        publications=(VacancyPublication(channel="EURES", from_=today - timedelta(9), to=today - timedelta(1)),)
    )
    for level, contract in product((1, 8), CONTRACTS):
        yield Application(
            authority=authority,
            kind=kind,
            category=category,
            procedure_language="nl",
            filed_by="worker" if kind == "unlimited" else "employer",
            employer=Employer(enterprise_number="0202239951", name="Acme"),
            worker=Worker(
                given_name="Ada",
                family_name="Lovelace",
                birth_date=date(today.year - 60, 1, 1),
                nationality="IN",
                ssin=NUMBER,
            ),
            employment=Employment(
                title="analyst",
                start=today + timedelta(days=40),
                end=today + timedelta(days=60),
                contract=contract,
                gross_pay=GrossPay(amount=Decimal("0.01"), period="month"),
                full_time_equivalent=Decimal("0.1"),
                workplace=Workplace(municipality_code=OUTSIDE[authority]),
                occupation_code="truck-driver",
                qualification_level=level,
                contract_states=("parties",),
            ),
            labour_market_test=search,
            transfer=Transfer(sending_undertaking="Holding", country="IN", prior_service_months=0)
            if kind == "intraCorporateTransfer"
            else None,
            work_history=(work,),
        )


def retold_records(today: date) -> st.SearchStrategy[CaseEvent]:
    """An open case of a former system, of which nothing need be known but its category, its status and its days."""
    return st.builds(
        lambda authority, category, status, admissible_on, worker, pay: LegacyRecordRetold(
            effective_at=moment(today, 8),
            reference="FL-2026-0000001-23",
            authority=authority,
            kind=kind_of_category(category),
            category=category,
            status=status,
            filed_on=today - timedelta(days=40),
            admissible_on=admissible_on if status == "admissible" else None,
            decided_on=None,
            valid_from=None,
            valid_to=None,
            employer=RecordedEmployer(enterprise_number="0202239951"),
            unknown=(),
            record_id=UUID(int=1),
            record_digest="ab" * 32,
            mapping_version=1,
            corrected=(),
            worker_subject=WORKER,
            worker=worker,
            gross_pay=pay,
            title=None,
            employer_name=None,
            file_number=None,
        ),
        st.sampled_from(AUTHORITIES),
        st.sampled_from(CATEGORIES),
        st.sampled_from(OPEN_STATUSES),
        st.none() | days_from(today, -20, -1),
        st.none()
        | st.just(
            RecordedWorker(
                given_name=None, family_name=None, birth_date=date(1990, 1, 1), nationality="IN", ssin=None
            )
        ),
        st.none() | st.builds(GrossPay, amount=st.sampled_from(PAY).map(Decimal), period=st.sampled_from(PAY_PERIODS)),
    )  # fmt: skip
