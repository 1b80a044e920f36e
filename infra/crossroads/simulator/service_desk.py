"""What the simulated bank decides about a question, whichever of its faces it came in by."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from pydantic.alias_generators import to_camel

from infra.crossroads.simulator.bank import PersonStatus, SimulatedBank
from infra.crossroads.simulator.holdings import Address, activity_of, address_of, units_of
from infra.crossroads.simulator.troubles import Trouble

LONG_SILENCE_SECONDS: Final = 3_600
MAINTENANCE_SECONDS: Final = 1_800

_DESCRIPTIONS: Final = {"MSG00000": "OK", "MSG00100": "No data found at the supplier"}
_NOT_INTEGRATED: Final = "MSG00012"
_NO_INSCRIPTION: Final = "40003"
_ALREADY_REGISTERED: Final = "40143"
_CODE_OF_PERSON: Final = {
    PersonStatus.UNKNOWN: "MSG00005",
    PersonStatus.CANCELED: "MSG00005",
    PersonStatus.REPLACED: "MSG00006",
    PersonStatus.DECEASED: "MSG00009",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAnswer:
    """The bank's answer. ``number`` is the state of the requested number, where that is why there is none."""

    value: str
    code: str
    content: Mapping[str, Any] = field(default_factory=dict)
    number: PersonStatus | None = None
    replaced_by: str | None = None

    @property
    def description(self) -> str:
        return _DESCRIPTIONS.get(self.code, "No result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """``operation`` as on the wire; ``criteria`` checked by the face."""

    operation: str
    ticket: str
    criteria: Mapping[str, Any]

    @property
    def counted_as(self) -> str:
        """The name under which its attempts are counted, and by which the seed decides what happens to them."""
        if self.operation == "registration":
            return str(self.criteria["action"])
        return "employerRegister" if self.operation == "employer" else self.operation


def ticket_of_bank(ticket: str) -> str:
    """The bank's own ticket: the same whenever the same question comes again."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:crossroads:ticket:{ticket}"))


class ServiceDesk:
    """Answers questions from what the bank holds, or not at all."""

    def __init__(self, bank: SimulatedBank) -> None:
        self.bank = bank

    async def received(self, question: Question) -> Trouble | None:
        """Receive the question, as slowly as decided for it; what goes wrong with it, if anything."""
        reception = self.bank.receive(question.counted_as, question.ticket)
        await asyncio.sleep(reception.delay_seconds)
        if reception.trouble is Trouble.SILENCE:
            await asyncio.sleep(LONG_SILENCE_SECONDS)
        if reception.trouble is Trouble.LATE_ANSWER:
            await asyncio.sleep(self.bank.late_seconds)
            return None
        return reception.trouble

    def answer(self, question: Question) -> BankAnswer:
        """What the bank answers when nothing goes wrong with the question."""
        criteria = question.criteria
        if question.operation == "employer":
            return self._employer(criteria["enterpriseNumber"])
        ssin = criteria["ssin"]
        person = self.bank.person(ssin)
        unregistering = question.operation == "registration" and criteria["action"] == "unregister"
        if person.status is not PersonStatus.CURRENT and not unregistering:
            code = _CODE_OF_PERSON[person.status]
            return BankAnswer(value="NO_RESULT", code=code, number=person.status, replaced_by=person.replaced_by)
        if question.operation == "registration":
            return self._registration(ssin, criteria["action"])
        if not self.bank.is_registered(ssin):
            return BankAnswer(value="NO_RESULT", code=_NOT_INTEGRATED)
        if question.operation == "person":
            return _found(person={"ssin": ssin})
        if question.operation == "declaredWages":
            return self._wages(ssin, criteria["enterpriseNumber"], criteria["quarters"])
        return self._employment(
            ssin, date.fromisoformat(criteria["beginDate"]), date.fromisoformat(criteria["endDate"])
        )

    def _employer(self, enterprise_number: str) -> BankAnswer:
        held = self.bank.undertaking(enterprise_number)
        if held is None:
            return _NO_DATA
        code, description = activity_of(enterprise_number)
        answer = {"foundedOn": held.founded_on, "hasStaff": held.has_staff, "hasDebts": held.has_debts}
        return _found(
            employer={
                "enterpriseNumber": held.enterprise_number,
                "name": held.name,
                "active": held.active,
                "address": _on_wire(address_of(enterprise_number)),
                "activity": {"code": code, "description": description},
                "establishmentUnits": [
                    {"number": unit.number, "name": unit.name, "address": _on_wire(unit.address)}
                    for unit in units_of(enterprise_number)
                ],
                **{name: _text_of(value) for name, value in answer.items() if value is not None},
            }
        )

    def _registration(self, ssin: str, action: str) -> BankAnswer:
        if action == "register" and not self.bank.register(ssin):
            return BankAnswer(value="NO_RESULT", code=_ALREADY_REGISTERED)
        if action == "unregister" and not self.bank.unregister(ssin):
            return BankAnswer(value="NO_RESULT", code=_NO_INSCRIPTION)
        return _found(registration={"action": action})

    def _wages(self, ssin: str, enterprise_number: str, quarters: list[str]) -> BankAnswer:
        held = self.bank.wages(ssin, enterprise_number, quarters)
        if not held:
            return _NO_DATA
        declared = [{"quarter": quarter, "grossEuroCents": cents} for quarter, cents in held.items()]
        return _found(declaration={"enterpriseNumber": enterprise_number, "quarters": declared})

    def _employment(self, ssin: str, since: date, until: date) -> BankAnswer:
        held = self.bank.employments(ssin, since, until)
        if not held:
            return _NO_DATA
        relations = []
        for each in held:
            relation = {"enterpriseNumber": each.enterprise_number, "beginDate": each.begin.isoformat()}
            relations.append(relation if each.end is None else relation | {"endDate": each.end.isoformat()})
        return _found(employment={"relations": relations})


def _found(**content: Any) -> BankAnswer:
    return BankAnswer(value="DATA_FOUND", code="MSG00000", content=content)


_NO_DATA: Final = BankAnswer(value="NO_DATA_FOUND", code="MSG00100")


def _text_of(value: date | bool) -> str | bool:
    return value.isoformat() if isinstance(value, date) else value


def _on_wire(address: Address) -> dict[str, str]:
    return {to_camel(name): value for name, value in asdict(address).items()}
