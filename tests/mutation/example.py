"""A module to try the tool on: its test sees one half of it, and one of its mutants behaves as it does."""


def days_late(due: int, today: int) -> int:
    if today > due:
        return today - due
    return 0


def nobody_tries_this(number: int) -> int:
    return number + 1
