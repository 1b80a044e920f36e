"""The pages of a migration under way, on a socket, with people signed in as they would be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from playwright.sync_api import BrowserContext

from api.app import create_app
from api.pages.session import SESSION_COOKIE
from domain.migration.quarantine import QuarantinedRecord
from infra.clock import SystemClock
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.migration.waiting_records import listed
from infra.postgres.server.connections import connect
from tests.migration.envelopes import message, receive
from tests.migration.moving import Moving, moving, record
from tests.pages.served import served

BAD_NUMBER = "85.07.30-033.29"
KEY = "BXL/2025/00777"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationService:
    move: Moving
    issuer: DevelopmentIssuer
    address: str

    def sign_in(self, context: BrowserContext, role: Role, authority: str = "brussels") -> None:
        token = self.token(role, authority)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address, "sameSite": "Strict"}])

    def token(self, role: Role, authority: str = "brussels") -> str:
        caller = Caller(role=role, subject="handler-b", token_id=str(uuid4()), authority=authority)
        return self.issuer.issue(caller, now=SystemClock().now())

    def quarantined(self, key: str) -> QuarantinedRecord:
        """The record of Brussels with this file number, in whatever state."""
        with self.move.program.unhurried_readers.connection() as connection:
            (found,) = [each for each in listed(connection, authority="brussels", states=None) if each.key == key]
        return found

    def href(self, key: str) -> str:
        return f"{self.address}/migration/brussels/quarantine/{self.quarantined(key).record_id}"

    def erase(self, key: str) -> None:
        """Destroy the key of the person of a record."""
        ((subject,),) = self.move.ask("select subject from legacy_record where key = %s", key)
        keys_url = self.move.program.settings.key_database_url or ""
        with closing(connect(keys_url, None)) as owner, owner.cursor() as cursor:
            cursor.execute(
                "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", (subject,)
            )
        # This process forgets it at once.
        self.move.program.keys._cache.clear()

    def steps(self, record_id: UUID) -> list[str]:
        rows = self.move.ask("select what from legacy_quarantine_step where record_id = %s order by id", str(record_id))
        return [what for (what,) in rows]


@contextmanager
def migration_service(admin_url: str, folder: Path) -> Iterator[MigrationService]:
    with moving(admin_url, folder) as move:
        issuer = DevelopmentIssuer.open(move.program.settings.home, create=True)
        with served(create_app(move.program, issuer)) as address:
            yield MigrationService(move=move, issuer=issuer, address=address)


def brussels_moves_in(service: MigrationService) -> None:
    """A file and a topic; one record waits for its national number, ``KEY``, and one for its enterprise number."""
    service.move.load_brussels(
        record(),
        record(no_dossier=KEY, niss=BAD_NUMBER),
        record(no_dossier="BXL/2025/00888", bce="1"),
    )
    receive(service.move, message(record(no_dossier="BXL/2025/00999")))
