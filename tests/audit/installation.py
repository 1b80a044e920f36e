"""A home of the program with decided cases in it, to be used from a shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tests.audit.case_book import superuser


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Four decided cases: granted on pay, refused on pay, granted on recruitment, and a renewal on wages."""

    home: Path
    url: str
    keys_url: str
    granted: UUID
    refused: UUID
    by_recruitment: UUID
    renewed: UUID

    @property
    def settings(self) -> Mapping[str, str]:
        """The variables of the environment that lead to it."""
        return {
            "PERMIT_HOME": str(self.home),
            "PERMIT_DATABASE_URL": self.url,
            "PERMIT_KEY_DATABASE_URL": self.keys_url,
        }

    def fingerprint(self) -> object:
        """Of every row of the journal, and of where its head stands."""
        with superuser(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "select (select md5(string_agg(j::text, ',' order by position)) from journal j),"
                " (select md5(string_agg(h::text, ',')) from journal_head h)"
            )
            return cursor.fetchone()
