"""Which questions an application raises at the Crossroads Bank."""

from __future__ import annotations

from datetime import date

from domain.case.application import Application
from domain.crossroads.answers import CheckKind


def checks_due(application: Application) -> tuple[CheckKind, ...]:
    """The checks that filing makes due.

    The employer is looked up always. Declared wages exist only for a worker who already works here, so only a renewal
    is confirmed from them; a first application is judged on its contract (FACTS 6.5). A work history, which permits of
    unlimited duration rest on, is compared with the employments that were declared (Dimona). Either question tells
    what is wrong with the worker's number; where neither is due, a number that was given is looked up by itself.
    """
    names_the_worker = application.renewal or bool(application.work_history)
    due = {
        CheckKind.EMPLOYER_REGISTER: True,
        CheckKind.WORKER_IDENTITY: application.worker.ssin is not None and not names_the_worker,
        CheckKind.DECLARED_WAGES: application.renewal,
        CheckKind.DECLARED_EMPLOYMENT: bool(application.work_history),
    }
    return tuple(check for check, is_due in due.items() if is_due)


def quarters_to_ask(filed_on: date) -> tuple[str, ...]:
    """The last four whole quarters before filing that can have been declared, oldest first, as ``2025Q3``.

    Declarations (DmfA) follow a quarter by about a month, so the quarter that ended last before filing is left
    out: it may not be complete yet. The exact filing deadline is not published (FACTS 11).
    """
    current = filed_on.year * 4 + (filed_on.month - 1) // 3
    return tuple(f"{number // 4}Q{number % 4 + 1}" for number in range(current - 5, current - 1))
