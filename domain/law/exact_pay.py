"""Exact arithmetic on pay: EUR as decimals of any length, never rounded on the way to a comparison."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Final

# Own contexts: the thread's default context can be changed by anyone, and a verdict must not depend on it.
_EXACT: Final = Context(prec=80, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_UPWARDS: Final = Context(prec=80, rounding=ROUND_CEILING, traps=[InvalidOperation, DivisionByZero, Overflow])
_DOWNWARDS: Final = Context(prec=80, rounding=ROUND_FLOOR, traps=[InvalidOperation, DivisionByZero, Overflow])
_CENT: Final = Decimal("0.01")
_SHOWN: Final = Decimal("0.000001")


def product(one: Decimal, other: Decimal) -> Decimal:
    """Exact, or decimal.Inexact is raised."""
    return _EXACT.multiply(one, other)


def difference(observed: Decimal, threshold: Decimal) -> Decimal:
    """``observed`` minus ``threshold``, exact."""
    return _EXACT.subtract(observed, threshold)


def least_cents_reaching(total: Decimal, times: Decimal) -> Decimal:
    """The smallest amount in whole cents that, taken ``times``, is at least ``total``."""
    return _UPWARDS.quantize(_UPWARDS.divide(total, times), _CENT)


def shown_quotient(total: Decimal, parts: Decimal) -> Decimal:
    """``total`` in equal parts, cut after six decimals: to be shown, never to be compared."""
    return _DOWNWARDS.quantize(_DOWNWARDS.divide(total, parts), _SHOWN)


def euro_text(amount: Decimal) -> str:
    """Plain digits with at least two decimals and no zeros beyond them: ``48912.00``, ``48900.9648``."""
    digits = str(amount)
    if digits[-3:-2] == ".":
        # Two decimals already, as almost all amounts have: nothing is added and nothing is taken away.
        return digits
    digits = f"{amount:f}"
    whole, _, decimals = digits.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
