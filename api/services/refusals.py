"""Why a service refuses, in the words of the procedure; only :mod:`api.http.problems` knows status numbers.

    ServiceRefused
    ├── AlreadyFiled             the same application was filed today already
    ├── NotPermitted             the caller's role may not do this, or not in this way
    ├── NotFound                 nothing of that name is there, or it is not the caller's to see
    │   └── ApplicationUnknown   the same for an application
    └── RegisterUnavailable      the enterprise register cannot be consulted now

Commands are refused by the domain itself: see :mod:`domain.case.refusals`.
"""

from __future__ import annotations

from uuid import UUID


class ServiceRefused(Exception):
    """Nothing was done. ``sentence`` is the reason, for the caller; it repeats nothing that was sent."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class AlreadyFiled(ServiceRefused):
    """The same application was filed today already, as the case with this id; nothing was stored."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__("the same application was filed today already")
        self.case_id = case_id


class NotPermitted(ServiceRefused):
    """The caller may not do this: to no case, or not for the authority or the parties it is about."""


class NotFound(ServiceRefused):
    """Not found. Resources that the caller may not see are not found either: their existence is information."""


class ApplicationUnknown(NotFound):
    """There is no such application within the caller's reach."""

    def __init__(self) -> None:
        super().__init__("There is no such application.")


class RegisterUnavailable(ServiceRefused):
    """Nothing follows about the enterprise; ``seconds`` is how long to wait, None where that is not known."""

    def __init__(self, seconds: int | None = None) -> None:
        super().__init__(
            "The enterprise register is not available at the moment: fill in the employer by hand, or try again later."
        )
        self.seconds = seconds
