"""Which questions an application raises at the Crossroads Bank."""

from __future__ import annotations

from datetime import date

from domain.case.application import Application
from domain.crossroads.answers import CheckKind


def checks_due(application: Application) -> tuple[CheckKind, ...]:
    """The checks that filing makes due.

    The employer is looked up always. Declared wages exist only for a worker who already works here, so only a
    renewal is confirmed from them; a first application is judged on its contract (FACTS 6.5).
    """
    if application.renewal:
        return (CheckKind.EMPLOYER_REGISTER, CheckKind.DECLARED_WAGES)
    return (CheckKind.EMPLOYER_REGISTER,)


def quarters_to_ask(filed_on: date) -> tuple[str, ...]:
    """The last four whole quarters before filing that can have been declared, oldest first, as ``2025Q3``.

    Declarations (DmfA) follow a quarter by about a month, so the quarter that ended last before filing is left
    out: it may not be complete yet. The exact filing deadline is not published (FACTS 11).
    """
    current = filed_on.year * 4 + (filed_on.month - 1) // 3
    return tuple(f"{number // 4}Q{number % 4 + 1}" for number in range(current - 5, current - 1))
