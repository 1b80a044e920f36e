"""To whom a case can be given: there is no register of the people of an authority, so by what they were given before.

Every door asks here, pages and interface alike.
"""

from __future__ import annotations

from api.composition import Program
from api.services.access import AuthorisedCaller, rows_of
from domain.case.refusals import InputIssue, InvalidInput
from domain.case.value_checks import INVALID_INPUT
from infra.identity.caller import Role
from infra.postgres.read_models.row_scope import rows_within
from projections.lists.work_queue import HandlerLoad, handler_loads


class KnownHandlers:
    """The handlers of an authority as far as they are known; safe between threads."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def of(self, caller: AuthorisedCaller) -> tuple[HandlerLoad, ...]:
        """Whoever has or had a case of the caller's authority; the caller, first, where that is a handler.

        Who never had a case is not known, and takes a first one.
        """
        identity = caller.caller
        with rows_within(self._program.readers, rows_of(caller)) as cursor:
            known = {each.handler: each for each in handler_loads(cursor, identity.authority or "")}
        if identity.role is not Role.CASE_HANDLER:
            return tuple(known.values())
        own = known.pop(identity.actor, HandlerLoad(handler=identity.actor, open_cases=0))
        return (own, *known.values())

    def require(self, caller: AuthorisedCaller, handler: str) -> None:
        """Raises :class:`InvalidInput` for somebody who is no handler of the caller's authority, as far as known."""
        if handler == caller.caller.actor and caller.caller.role is Role.CASE_HANDLER:
            return
        if handler not in {each.handler for each in self.of(caller)}:
            issue = InputIssue(
                path="handler",
                code=INVALID_INPUT,
                problem="no case handler of this authority is known by this identifier",
                remedy="choose one who has had a case of this authority; a new colleague takes a first case first",
            )
            raise InvalidInput((issue,))
