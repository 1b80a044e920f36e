"""How the Crossroads Bank is called: its limits, our patience and its calendar. Settings, because none is public.

``PERMIT_CROSSROADS_POLICY_FILE`` names a TOML file; what it leaves out is as here.

    face = "rest"        # or "soap"
    customer = "0316380841"  # the authority's own enterprise number; the SOAP face needs it
    timeout_seconds = 5.0
    calls_per_second = 50.0
    burst = 100
    breaker_failures = 20
    breaker_open_seconds = 5.0
    first_pause_seconds = 0.5
    longest_pause_seconds = 600.0
    late_after_seconds = 900.0
    give_up_after_seconds = 86400.0
    least_attempts = 3
    legal_context = "SINGLE_PERMIT:WORK_PART"
    purpose = "WORK_PERMIT_APPLICATION"

    [[closed]]
    weekday = 7          # Monday is 1
    from = 02:00:00      # Europe/Brussels
    to = 06:00:00
"""

import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from consumers.crossroads import ConsultingAuthority
from domain.crossroads.check_process import Patience
from domain.crossroads.service_calendar import ServiceCalendar, WeeklyWindow
from infra.crossroads.errors import PolicyUnusable
from infra.crossroads.protocol import BankProtocol
from infra.crossroads.rest_protocol import RestProtocol
from infra.crossroads.soap_protocol import SoapProtocol
from infra.postgres.checks.crossroads_gate import GateSettings

Seconds = Annotated[float, Field(gt=0)]
Words = Annotated[str, Field(min_length=1, max_length=64)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    weekday: Annotated[int, Field(ge=1, le=7)]
    from_: Annotated[time, Field(alias="from")]
    to: time


class CrossroadsPolicy(BaseModel):
    """Times in seconds; the defaults suit the simulator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    face: Literal["rest", "soap"] = "rest"
    customer: Annotated[str, Field(pattern=r"^\d{10}$")] | None = None
    timeout_seconds: Seconds = 5.0
    calls_per_second: Annotated[float, Field(gt=0)] = 50.0
    burst: Annotated[int, Field(ge=1)] = 100
    breaker_failures: Annotated[int, Field(ge=1)] = 20
    breaker_open_seconds: Seconds = 5.0
    first_pause_seconds: Seconds = 0.5
    longest_pause_seconds: Seconds = 600.0
    late_after_seconds: Seconds = 900.0
    give_up_after_seconds: Seconds = 86_400.0
    least_attempts: Annotated[int, Field(ge=1)] = 3
    legal_context: Words = "SINGLE_PERMIT:WORK_PART"
    purpose: Words = "WORK_PERMIT_APPLICATION"
    closed: tuple[_Closed, ...] = ()

    @model_validator(mode="after")
    def _soap_needs_a_customer(self) -> Self:
        if self.face == "soap" and self.customer is None:
            raise ValueError('face = "soap" needs customer, the authority\'s own enterprise number')
        return self

    @classmethod
    def read(cls, file: Path) -> "CrossroadsPolicy":
        """The policy of a TOML file. Raises :class:`PolicyUnusable`."""
        try:
            return cls.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            raise PolicyUnusable(f"{file} is not TOML: {why}. Correct that line.") from None
        except ValidationError as wrong:
            entries = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors())
            known = ", ".join(cls.model_fields)
            raise PolicyUnusable(f"{file} cannot be used: {entries}. It may hold {known}.") from None

    @property
    def protocol(self) -> BankProtocol:
        """How questions to the bank are written and its replies read."""
        return RestProtocol() if self.customer is None or self.face == "rest" else SoapProtocol(customer=self.customer)

    @property
    def patience(self) -> Patience:
        return Patience(
            first_pause=timedelta(seconds=self.first_pause_seconds),
            longest_pause=timedelta(seconds=self.longest_pause_seconds),
            late_after=timedelta(seconds=self.late_after_seconds),
            give_up_after=timedelta(seconds=self.give_up_after_seconds),
            least_attempts=self.least_attempts,
        )

    @property
    def gate(self) -> GateSettings:
        return GateSettings(
            per_second=self.calls_per_second,
            burst=self.burst,
            failures=self.breaker_failures,
            open_for=timedelta(seconds=self.breaker_open_seconds),
        )

    @property
    def authority(self) -> ConsultingAuthority:
        return ConsultingAuthority(legal_context=self.legal_context, purpose=self.purpose)

    @property
    def calendar(self) -> ServiceCalendar:
        return ServiceCalendar(
            tuple(WeeklyWindow(weekday=each.weekday, from_=each.from_, to=each.to) for each in self.closed)
        )
