"""How each kind of ``[[table]]`` of a law file becomes a provision; what cannot be read is refused with a remedy."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from domain.law.readers import job as job_readers
from domain.law.readers import lists as list_readers
from domain.law.readers import pay as pay_readers
from domain.law.readers import procedure as procedure_readers
from domain.law.readers.common_keys import Readers

READERS: Final[Readers] = MappingProxyType(
    {**pay_readers.READERS, **job_readers.READERS, **list_readers.READERS, **procedure_readers.READERS}
)
"""By the kind."""
