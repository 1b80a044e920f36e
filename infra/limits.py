"""What one caller, one connection and one answer may take: the service's own limits, and how they are changed.

``PERMIT_LIMITS_FILE`` names a TOML file with a table for each part; what it leaves out is as here. Every limit that
is met is counted (``permit_limit_reached_total``), and ``docs/security.md`` says what each keeps out.

    [connections]
    most = 512
    most_of_one_address = 256

A number is at least 1, a time is in seconds and longer than nothing. There is no way to switch a limit off: whoever
needs more writes a larger number, and can be asked why.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.unusable import Unusable

Seconds = Annotated[float, Field(gt=0, le=86_400)]
AtLeastOne = Annotated[int, Field(ge=1, strict=True)]


class LimitsUnusable(Unusable):
    """The file of limits cannot be read or holds something that is no limit; the sentence says which and how."""


class Part(BaseModel):
    """One table of the file: only names that are known, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConnectionLimits(Part):
    """What a connection may take before its request is judged; enforced by :mod:`infra.http_server`."""

    most: AtLeastOne = 512
    """Connections of one process at the same moment; one more is closed unanswered."""
    most_of_one_address: AtLeastOne = 256
    """Of those, the connections from one network address."""
    header_bytes: AtLeastOne = 32 * 1024
    """The request line and all headers together."""
    headers_seconds: Seconds = 10.0
    """From the first byte of a request, or from the connection, to the end of its headers."""
    body_stall_seconds: Seconds = 10.0
    """How long a body may stand still while it is waited for."""
    body_least_bytes_per_second: AtLeastOne = 1024
    """The average below which a body that goes on for longer than `body_stall_seconds` is cut."""
    unread_answer_seconds: Seconds = 30.0
    """How long an answer may wait for a client that reads nothing of it."""


class SignInLimits(Part):
    """How often a wrong secret may be given at the chooser of roles; enforced by :mod:`api.pages.routes.entrance`."""

    failed_attempts: AtLeastOne = 10
    """Of all callers of one process together, within `failed_seconds`; after them nobody is let in for a while."""
    failed_seconds: Seconds = 60.0


class BodyLimits(Part):
    """What a body of JSON or a form may hold; enforced by :mod:`api.http.body_limits` before it is parsed."""

    largest_bytes: AtLeastOne = 1024 * 1024
    """Of a body of JSON, and of a form without files."""
    deepest: AtLeastOne = 64
    """Objects and lists within one another; the deepest that means something has five."""
    most_values: AtLeastOne = 20_000
    """Objects, lists and what is in them; the fullest application has some two thousand."""


class Limits(Part):
    """All limits, by part."""

    connections: ConnectionLimits = ConnectionLimits()
    sign_in: SignInLimits = SignInLimits()
    bodies: BodyLimits = BodyLimits()

    @classmethod
    def load(cls, file: Path | None) -> Limits:
        """The limits of a TOML file, or the usual ones without any. Raises :class:`LimitsUnusable`."""
        if file is None:
            return cls()
        try:
            return cls.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            raise LimitsUnusable(f"{file} is not TOML: {why}. Correct that line.") from None
        except ValidationError as wrong:
            entries = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors())
            raise LimitsUnusable(
                f"{file} cannot be used: {entries}. docs/security.md lists what it may hold."
            ) from None
