"""How large, how deep and how full a body may be: found out before it is parsed, at a cost that its length bounds.

A parser of JSON goes into what is nested as deep as its sender likes, and makes an object of every comma. Counting
brackets and commas takes a thousandth of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from api.http.problems import TOO_LARGE, Problem, RequestRefused
from domain.case.refusals import InputIssue, InvalidInput
from infra.limit_counts import Limit, LimitCounts
from infra.limits import BodyLimits

# Possessive, with the end optional: from a quotation mark it always goes forward, so it is linear on any bytes.
_TEXT: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+', re.DOTALL)
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))
_WHOLE_BODY: Final = "$"


@dataclass(frozen=True, slots=True)
class BodyGuard:
    """Judges the bodies of one application's requests, and counts what it refuses."""

    limits: BodyLimits
    counts: LimitCounts

    @property
    def largest_bytes(self) -> int:
        return self.limits.largest_bytes

    def require_size(self, size: int) -> None:
        """Raises :class:`RequestRefused` (413) for a body of JSON that is longer than the limit."""
        if size > self.largest_bytes:
            self.counts.reached(Limit.BODY_BYTES)
            raise RequestRefused(
                Problem(
                    type=TOO_LARGE,
                    detail=f"The body is longer than {self.largest_bytes} bytes: send documents by their digest only.",
                    extras={"limit": self.largest_bytes},
                )
            )

    def require_simple(self, body: bytes) -> None:
        """Raises :class:`InvalidInput` for JSON that is nested too deeply, or holds too many values.

        Whether it is JSON at all is for the parser to say.
        """
        opened = body.count(b"[") + body.count(b"{")
        most, deepest = self.limits.most_values, self.limits.deepest
        # Nearly always: what stands in texts was counted too, and even so it is little.
        if opened <= deepest and opened + body.count(b",") <= most:
            return
        bare = _TEXT.sub(b"", body)
        opened = bare.count(b"[") + bare.count(b"{")
        if opened + bare.count(b",") > most:
            raise self._refused(Limit.BODY_VALUES, f"it holds more than {most} values", "send fewer entries at once")
        if opened > deepest and _is_deeper(bare.translate(None, _NO_BRACKET), deepest):
            raise self._refused(Limit.BODY_DEPTH, f"it is nested more than {deepest} deep", "send an ordinary document")

    def _refused(self, limit: Limit, problem: str, remedy: str) -> InvalidInput:
        self.counts.reached(limit)
        issue = InputIssue(path=_WHOLE_BODY, code="schemaViolation", problem=problem, remedy=remedy)
        return InvalidInput((issue,))


def _is_deeper(brackets: bytes, deepest: int) -> bool:
    """Whether brackets stand within one another more than ``deepest`` deep; unpaired ones are no matter of ours."""
    depth = 0
    for each in brackets:
        if each in b"[{":
            depth += 1
            if depth > deepest:
                return True
        else:
            depth -= 1
    return False
