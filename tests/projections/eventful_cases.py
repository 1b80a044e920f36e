"""Cases that are asked, paused, corrected and handed on, for read models that follow the whole procedure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tests.projections.log_of_cases import DIPLOMA, FILED, ORDINARY, LogOfCases


def eventful_cases(log: LogOfCases, first: datetime = FILED) -> list[UUID]:
    """Six cases that are asked, paused, corrected and handed on; the first has ended, the last just began.

    In order: granted after a question and a flood; its answer term run out; waiting for the applicant; forwarded
    before the work part and then granted in part; inadmissible; filed with an answer from the register.
    """
    hour, day = timedelta(hours=1), timedelta(days=1)
    cases = [
        log.file(replace(ORDINARY, category=("mediumSkilledOther", "teacher", "nurse")[n % 3]), first + n * hour)
        for n in range(6)
    ]
    for case_id in cases:
        log.answer(case_id, first + 6 * hour)
    granted, lapsed, waiting, forwarded, inadmissible, _ = cases
    log.pay(granted, first + 7 * hour)
    log.assign(granted, first + day)
    asked = {each: log.ask(each, first + 2 * day) for each in (granted, lapsed, waiting)}
    log.attach(granted, first + 5 * day)
    log.provide(granted, asked[granted], first + 5 * day + hour, (DIPLOMA.sha256,))
    log.pause(granted, (first + 6 * day).date(), first + 9 * day)
    log.resume(granted, (first + 8 * day).date(), first + 9 * day + hour)
    log.correct_pause(granted, 2, (first + 7 * day).date(), (first + 8 * day).date(), first + 10 * day)
    log.admit(forwarded, first + 3 * day)
    log.forward(forwarded, first + 4 * day)
    log.grant_work(forwarded, first + 11 * day)
    log.declare_inadmissible(inadmissible, first + 12 * day)
    log.let_answer_term_run_out(lapsed, first + 30 * day)
    log.grant(granted, first + 31 * day)
    return cases
