"""What the gateway brings back from the real simulator over a real socket: answers, exact and repeatable."""

import decimal
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.crossroads.answers import (
    CheckKind,
    CheckUnanswered,
    DeclaredEmployment,
    DeclaredWages,
    EmployerOnRegister,
    NoDataFound,
    PersonOnRegister,
    QuarterWages,
    RegisteredAddress,
    WorkRelation,
    ticket_of,
)
from infra.crossroads.http_bank import HttpCrossroadsBank
from infra.crossroads.simulator.holdings import (
    HoldingShares,
    activity_of,
    address_of,
    company_name,
    gross_cents,
    undertaking,
    units_of,
)
from infra.crossroads.simulator_process import running_simulator
from tests.crossroads.asking import under

SEED = 2026
SHARES = HoldingShares(no_data=0.2, inactive=0.2)
SSIN = "85073003328"
OTHER = "85073003427"
EMPLOYER = "0202239951"
UNDERTAKINGS = [f"0{index:07d}{97 - index % 97:02d}" for index in range(2_000_000, 2_000_060)]

Opener = Callable[..., HttpCrossroadsBank]


@pytest.fixture(autouse=True)
def registered(gateway: HttpCrossroadsBank) -> None:
    """The authority may ask about the worker."""
    gateway.register(SSIN, under("t-register"))


def an_undertaking(kind: str) -> str:
    """The first number under which the simulator holds an active, a struck-off or no undertaking."""
    for number in UNDERTAKINGS:
        held = undertaking(SEED, number, SHARES)
        if kind == ("unknown" if held is None else "active" if held.active else "struckOff"):
            return number
    raise AssertionError(kind)


def test_an_active_employer_is_found_on_the_register(gateway: HttpCrossroadsBank) -> None:
    number = an_undertaking("active")

    answer = gateway.employer(number, under("t-found")).answer

    assert isinstance(answer, EmployerOnRegister)
    assert (answer.enterprise_number, answer.name, answer.active) == (number, company_name(number), True)


def test_with_an_employer_come_address_activity_and_establishment_units(gateway: HttpCrossroadsBank) -> None:
    number = an_undertaking("active")

    answer = gateway.employer(number, under("t-whole")).answer

    assert isinstance(answer, EmployerOnRegister)
    assert answer.address == RegisteredAddress(**asdict(address_of(number)))
    assert answer.activity is not None
    assert (answer.activity.code, answer.activity.description) == activity_of(number)
    assert [(unit.number, unit.name) for unit in answer.establishment_units] == [
        (unit.number, unit.name) for unit in units_of(number)
    ]


@pytest.mark.parametrize("told", [True, False])
def test_founding_staff_and_debts_come_as_the_register_has_them_and_may_be_left_out(
    gateway: HttpCrossroadsBank, told: bool
) -> None:
    held = next(
        each
        for each in (undertaking(SEED, number, SHARES) for number in UNDERTAKINGS)
        if each is not None and (each.founded_on is not None) is told
    )

    answer = gateway.employer(held.enterprise_number, under(f"t-substance-{told}")).answer

    assert isinstance(answer, EmployerOnRegister)
    assert (answer.founded_on, answer.has_staff, answer.has_debts) == (held.founded_on, held.has_staff, held.has_debts)
    assert (answer.has_staff is None, answer.has_debts is None) == (not told, not told)


def test_an_employer_that_was_struck_off_is_found_and_not_active(gateway: HttpCrossroadsBank) -> None:
    number = an_undertaking("struckOff")

    answer = gateway.employer(number, under("t-struck-off")).answer

    assert isinstance(answer, EmployerOnRegister)
    assert (answer.name, answer.active) == (company_name(number), False)


def test_that_the_register_holds_nothing_is_an_answer(gateway: HttpCrossroadsBank) -> None:
    assert gateway.employer(an_undertaking("unknown"), under("t-nothing")).answer == NoDataFound()


def test_declared_wages_are_those_a_caller_can_derive_from_the_seed(gateway: HttpCrossroadsBank) -> None:
    quarters = ["2025Q2", "2025Q1"]
    cents = {q: gross_cents(SEED, OTHER, EMPLOYER, q, SHARES) for q in quarters}
    gateway.register(OTHER, under("t-register-other"))

    answer = gateway.declared_wages(OTHER, EMPLOYER, quarters, under("t-wages")).answer

    assert None not in cents.values()
    assert answer == DeclaredWages(
        quarters=tuple(QuarterWages(quarter=q, gross=Decimal(cents[q] or 0) / 100) for q in ("2025Q1", "2025Q2"))
    )


def test_chosen_wages_come_back_to_the_cent_and_an_undeclared_quarter_is_absent(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    # Given pay of which no binary fraction is exact, in two of the three quarters asked for
    declare(administration, {"2025Q1": 1_234_567_01, "2025Q2": 7})

    # When asked by a caller whose decimals are rounded to four digits
    with decimal.localcontext(decimal.Context(prec=4)):
        answer = gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1", "2025Q2", "2025Q3"], under("t-exact")).answer

    # Then each cent is there
    assert isinstance(answer, DeclaredWages)
    assert [(it.quarter, str(it.gross)) for it in answer.quarters] == [
        ("2025Q1", "1234567.01"),
        ("2025Q2", "0.07"),
    ]


def test_a_worker_without_a_declared_quarter_has_no_data(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    declare(administration, {})

    assert gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t-none")).answer == NoDataFound()


def test_a_slow_answer_within_the_time_out_is_an_answer(open_gateway: Opener) -> None:
    with running_simulator(SEED, slow_share=1, slow_ms=150, no_data_share=0, transient_share=0) as address:
        answer = open_gateway(address).employer(EMPLOYER, under("t-slow")).answer

        assert isinstance(answer, EmployerOnRegister)
        # When sixteen ask at once, the gateway makes none wait for another.
        gateway = open_gateway(address)
        with ThreadPoolExecutor(16) as callers:
            elapsed = list(callers.map(lambda n: seconds_of(gateway, f"t-{n}"), range(16)))
        assert max(elapsed) < 16 * 0.150 / 2


def test_two_simulators_of_one_seed_give_one_history_whatever_the_order(open_gateway: Opener) -> None:
    shares = {
        "slow_ms": 20,
        "transient_share": 0.3,
        "outage_share": 0.2,
        "no_data_share": 0.2,
        "inactive_share": 0.2,
    }
    questions = [(number, ticket_of(number, CheckKind.EMPLOYER_REGISTER, 1)) for number in UNDERTAKINGS]

    # Given two processes of one seed, asked by many callers, the second in another order; and another seed
    with (
        running_simulator(SEED, retry_after_seconds=0, **shares) as first,
        running_simulator(SEED, retry_after_seconds=0, **shares) as second,
        running_simulator(SEED + 1, retry_after_seconds=0, **shares) as other,
    ):
        history = told_by(open_gateway(first), questions)
        attempts = attempts_at(first)
        again = told_by(open_gateway(second), questions[::-1])
        attempts_again = attempts_at(second)
        different = told_by(open_gateway(other), questions)

    # Then the answers, the failures and the attempts they took are the same; another seed tells another story
    assert again == history
    assert attempts_again == attempts
    assert different != history
    # Then every kind of ending has been seen
    kinds = {answer if isinstance(answer, str) else type(answer) for answer in history.values()}
    assert {EmployerOnRegister, NoDataFound, "serviceUnavailable", "sourceUnavailable"} <= kinds


def test_a_question_travels_in_the_body_with_its_ticket_and_a_trace_id(
    scripted_bank: Any, open_gateway: Opener
) -> None:
    status = {"value": "NO_DATA_FOUND", "code": "MSG00100", "description": ""}
    scripted_bank.says(200, {"ticket": "t-body", "ticketCbss": "x", "status": status})

    open_gateway(scripted_bank.address).declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t-body"))

    [(path, headers, body)] = scripted_bank.requests
    assert path == "/crossroads/v1/declaredWages/query"
    assert len(headers["BelGov-Trace-Id"]) == 36
    assert json.loads(body) == {
        "ticket": "t-body",
        "legalContext": "SINGLE_PERMIT:WORK_PART",
        "purpose": "WORK_PERMIT_APPLICATION",
        "ssin": SSIN,
        "enterpriseNumber": EMPLOYER,
        "quarters": ["2025Q1"],
    }
    assert SSIN not in path + str(headers)


@pytest.mark.parametrize("trouble", ["garbage", "wrongSchema", "connectionCut", "serviceUnavailable"])
def test_no_log_line_and_no_error_names_the_worker(
    trouble: str,
    gateway: HttpCrossroadsBank,
    administration: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Given every logger at its most talkative, the HTTP client's own included
    caplog.set_level(logging.DEBUG)
    administration.put("/outage", json={"trouble": trouble})

    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under(f"t-silent-{trouble}"))

    assert "/crossroads/" in caplog.text
    assert SSIN not in caplog.text
    # Then no error that knows the request hangs on to the one that is raised
    assert unanswered.value.__cause__ is None
    assert unanswered.value.__context__ is None
    assert SSIN not in repr(unanswered.value)


def test_a_ticket_is_the_same_for_the_same_check_and_fits_the_envelope() -> None:
    ticket = ticket_of("8f6c", CheckKind.DECLARED_WAGES, 1)

    assert ticket == ticket_of("8f6c", CheckKind.DECLARED_WAGES, 1)
    assert len(ticket) == 36
    others = {
        ticket_of("8f6d", CheckKind.DECLARED_WAGES, 1),
        ticket_of("8f6c", CheckKind.EMPLOYER_REGISTER, 1),
        ticket_of("8f6c", CheckKind.DECLARED_WAGES, 2),
    }
    assert len(others | {ticket}) == 4


def test_a_ticket_too_long_for_the_envelope_is_the_callers_mistake(gateway: HttpCrossroadsBank) -> None:
    with pytest.raises(ValueError, match="1 to 36 characters, not 37"):
        gateway.employer(EMPLOYER, under("t" * 37))


def declare(administration: httpx.Client, cents_by_quarter: dict[str, int]) -> None:
    quarters = [{"quarter": q, "grossEuroCents": cents} for q, cents in cents_by_quarter.items()]
    declaration = {"ssin": SSIN, "enterpriseNumber": EMPLOYER, "quarters": quarters}
    administration.put("/wages", json={"declarations": [declaration]}).raise_for_status()


def seconds_of(gateway: HttpCrossroadsBank, ticket: str) -> float:
    began = time.monotonic()
    gateway.employer(EMPLOYER, under(ticket))
    return time.monotonic() - began


def told_by(gateway: HttpCrossroadsBank, questions: list[tuple[str, str]]) -> dict[str, object]:
    def ask(question: tuple[str, str]) -> object:
        number, ticket = question
        try:
            return gateway.employer(number, under(ticket)).answer
        except CheckUnanswered as why:
            return why.reason.value

    with ThreadPoolExecutor(8) as callers:
        answers = callers.map(ask, questions)
    return dict(zip((ticket for _, ticket in questions), answers, strict=True))


def attempts_at(simulator: str) -> dict[str, int]:
    made: dict[str, int] = httpx.get(f"{simulator}/admin/attempts", trust_env=False).json()["attempts"]
    return made


def test_nobody_is_asked_about_who_is_not_registered(gateway: HttpCrossroadsBank, administration: httpx.Client) -> None:
    # given a worker taken out of the register, twice because the first time was forgotten
    gateway.unregister(SSIN, under("t-out"))
    gateway.unregister(SSIN, under("t-out"))
    registered = administration.get("/registrations").json()["registered"]
    # when asked about
    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t-not-registered"))
    # then the bank says so, and registering, once or twice, opens the way
    assert unanswered.value.reason == "notRegistered"
    gateway.register(SSIN, under("t-in"))
    assert administration.get("/registrations").json()["registered"] == registered + 1
    assert gateway.register(SSIN, under("t-in")).code == "40143"
    gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t-registered"))


def test_of_an_exchange_there_are_the_code_the_banks_ticket_and_digests(gateway: HttpCrossroadsBank) -> None:
    exchange = gateway.employer(an_undertaking("active"), under("t-kept")).exchange
    assert exchange.code == "MSG00000"
    assert len(exchange.ticket_cbss or "") == 36
    assert {len(exchange.request_digest or ""), len(exchange.reply_digest or "")} == {64}


def test_somebody_who_is_alive_under_the_number_is_known(gateway: HttpCrossroadsBank) -> None:
    assert gateway.person(SSIN, under("t-person")).answer == PersonOnRegister()


@pytest.mark.parametrize(
    ("status", "reason"),
    [("unknown", "ssinUnknown"), ("canceled", "ssinCanceled"), ("deceased", "personDeceased")],
)
def test_a_number_under_which_nobody_lives_is_told_for_what_it_is(
    gateway: HttpCrossroadsBank, administration: httpx.Client, status: str, reason: str
) -> None:
    put_person(administration, "72110300189", status)

    with pytest.raises(CheckUnanswered) as unanswered:
        gateway.person("72110300189", under(f"t-{status}"))

    assert (unanswered.value.reason, unanswered.value.replaced_by) == (reason, None)


def test_with_a_replaced_number_comes_the_newer_one_whatever_was_asked(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    # Given a worker who has got another number
    old, new = "72110300288", "72510300211"
    put_person(administration, old, "replaced", new)

    # When the bank is asked to register, to identify, or for the wages of the old one
    questions: list[Callable[[], object]] = [
        lambda: gateway.register(old, under("t-replaced")),
        lambda: gateway.person(old, under("t-replaced")),
        lambda: gateway.declared_wages(old, EMPLOYER, ["2025Q1"], under("t-replaced")),
        lambda: gateway.declared_employment(old, date(2020, 1, 1), date(2025, 1, 1), under("t-replaced")),
    ]
    for ask in questions:
        with pytest.raises(CheckUnanswered) as unanswered:
            ask()
        # Then it names the newer number, which stands in no text
        assert (unanswered.value.reason, unanswered.value.replaced_by) == ("ssinReplaced", new)
        assert new not in str(unanswered.value) + repr(unanswered.value)


def test_declared_employments_are_those_that_touch_the_days_asked_about(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    # Given three employments of a worker, one of which had ended before
    relations: list[dict[str, str]] = [
        {"enterpriseNumber": EMPLOYER, "beginDate": "2022-05-01"},
        {"enterpriseNumber": "0316380841", "beginDate": "2019-01-01", "endDate": "2021-06-30"},
        {"enterpriseNumber": EMPLOYER, "beginDate": "2015-01-01", "endDate": "2018-12-31"},
    ]
    administration.put("/employments", json={"employments": [{"ssin": SSIN, "relations": relations}]})

    answer = gateway.declared_employment(SSIN, date(2021, 6, 30), date(2026, 1, 1), under("t-dimona")).answer

    assert answer == DeclaredEmployment(
        relations=(
            WorkRelation(enterprise_number="0316380841", start=date(2019, 1, 1), last_day=date(2021, 6, 30)),
            WorkRelation(enterprise_number=EMPLOYER, start=date(2022, 5, 1), last_day=None),
        )
    )
    administration.put("/employments", json={"employments": [{"ssin": SSIN, "relations": []}]})
    nothing = gateway.declared_employment(SSIN, date(2021, 6, 30), date(2026, 1, 1), under("t-dimona-2")).answer
    assert nothing == NoDataFound()


def test_a_quarter_that_was_corrected_comes_back_as_corrected(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    for cents in (1_500_000, 1_400_000):
        declare(administration, {"2025Q1": cents})
        answer = gateway.declared_wages(SSIN, EMPLOYER, ["2025Q1"], under("t-corrected")).answer
        assert answer == DeclaredWages(quarters=(QuarterWages(quarter="2025Q1", gross=Decimal(cents) / 100),))


def test_the_administration_tells_what_each_ticket_asked_for(
    gateway: HttpCrossroadsBank, administration: httpx.Client
) -> None:
    ticket = f"t-log-{uuid4().hex[:8]}"
    gateway.register(SSIN, under(ticket))
    gateway.person(SSIN, under(ticket))
    assert administration.get("/operations").json()["operations"][ticket] == ["register", "person"]


def put_person(administration: httpx.Client, ssin: str, status: str, replaced_by: str | None = None) -> None:
    person = {"ssin": ssin, "status": status} | ({} if replaced_by is None else {"replacedBy": replaced_by})
    administration.put("/persons", json={"persons": [person]}).raise_for_status()
