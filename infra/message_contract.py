"""Which messages the contract has: by topic, kind and schema version. What is not here is nobody's message of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consumers.messages import KINDS, REGISTRATION_ENDED
from consumers.topics import APPLICATIONS, CHECK_ANSWERS, CHECK_REQUESTS
from infra.event_formats import FORMATS

_SETTLED: Final = ("CrossroadsCheckAnswered", "CrossroadsCheckFailed")


def _published() -> Iterator[tuple[str, str, int]]:
    for form in FORMATS:
        kind = KINDS[form.name]
        yield APPLICATIONS.name, kind, form.schema
        if form.name in _SETTLED:
            yield CHECK_ANSWERS.name, kind, form.schema
    yield CHECK_REQUESTS.name, KINDS["CrossroadsCheckRequested"], 1
    # As the event that ends a case: the data are the same in both.
    yield CHECK_REQUESTS.name, REGISTRATION_ENDED, 1
    yield CHECK_REQUESTS.name, REGISTRATION_ENDED, 2


PUBLISHED_VERSIONS: Final = tuple(_published())
"""Topic without prefix, kind and schema version of every message, in the order of the published document."""

KNOWN_KINDS: Final = frozenset((topic, kind) for topic, kind, _ in PUBLISHED_VERSIONS)
KNOWN_VERSIONS: Final = frozenset(PUBLISHED_VERSIONS)
