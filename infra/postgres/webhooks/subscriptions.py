"""Who is told of what: each subscription with its address and secrets, sealed under its own key.

A reader is shown the subscriptions of the enterprise whose rows it asks for (row-level security stands behind each
question). A subscription without its key was deleted: a restored backup brings back the row, and nobody can use it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.postgres.read_models.row_scope import RowScope, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.webhooks.webhook_keys import WebhookKeys
from infra.randomness import random_bytes
from infra.wire_format import canonical_json

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

INTAKE: Final = "webhooks"
"""Under which it is known how far the journal has been read for subscriptions."""

_NONCE_BYTES: Final = 12


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    """By its owner: what happens waits."""
    STOPPED = "stopped"
    """By this service: the receiver is gone, or has failed for too long. What happens waits."""


class StopReason(StrEnum):
    """Why this service sends a receiver nothing more."""

    GONE = "gone"
    UNREACHABLE = "unreachable"


class StaleSubscription(Exception):
    """It was changed or deleted since it was read; nothing was written."""


class NoRoom(Exception):
    """The owner has as many subscriptions as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret of a receiver; ``valid_until`` (aware) is None for the one in use."""

    text: str
    valid_until: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.valid_until is None or now < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``owner`` is the enterprise number of who subscribed, in its ``role``; ``employer`` whose applications are meant.

    ``after_position`` is where the journal was when it was made: it is told of what came after. ``secrets`` has the
    one in use first. ``failing_since`` (aware) is since when nothing was delivered that was due.
    """

    id: UUID
    role: str
    owner: str
    employer: str
    state: SubscriptionState
    stopped_for: StopReason | None
    made_at: datetime
    after_position: int
    version: int
    failing_since: datetime | None
    url: str
    secrets: tuple[Secret, ...]

    def valid_secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that a notice is signed under, the one in use first."""
        return tuple(each.text for each in self.secrets if each.is_valid(now))


class Subscriptions:
    """Safe between threads. All raise ``DatabaseUnavailable``.

    ``readers`` and ``writers`` are pools of the journal's database.
    """

    def __init__(self, readers: ConnectionPool, writers: ConnectionPool, keys: WebhookKeys, *, origin: str) -> None:
        self._readers = readers
        self._writers = writers
        self._keys = keys
        self._origin = origin

    def working_through(self, writers: ConnectionPool) -> Subscriptions:
        """The same for workers: through a pool that waits for as long as it takes."""
        return Subscriptions(self._readers, writers, self._keys, origin=self._origin)

    def add(self, new: Subscription, *, most: int) -> Subscription:
        """Keep a new one, told of what is appended from now on; ``most`` is how many its owner may have.

        Raises :class:`NoRoom`.
        """
        key = self._keys.make(new.id)
        try:
            with self._writers.transaction() as connection, connection.cursor() as cursor:
                # Whoever reads the journal for subscriptions waits: no event is passed over that this one is told of.
                cursor.execute(_TAKE_PLACE, {"name": INTAKE})
                cursor.execute(
                    "select count(*) from webhook_subscription where role = %s and owner = %s", (new.role, new.owner)
                )
                ((number,),) = cursor.fetchall()
                if number >= most:
                    raise NoRoom
                cursor.execute("select position from journal_head")
                ((head,),) = cursor.fetchall()
                kept = replace(new, after_position=head)
                cursor.execute(
                    _ADD,
                    (
                        kept.id, kept.role, kept.owner, kept.employer, kept.state, kept.made_at, head, kept.version,
                        self._sealed(kept, key),
                    ),
                )  # fmt: skip
        except NoRoom:
            self._keys.destroy(new.id)
            raise
        return kept

    def of_owner(self, scope: RowScope, role: str, owner: str) -> tuple[Subscription, ...]:
        """All of an owner, the oldest first: they are few."""
        with rows_within(self._readers, scope) as cursor:
            cursor.execute(_OF_OWNER, (role, owner))
            found = cursor.fetchall()
        return tuple(self._opened(found))

    def read(self, scope: RowScope, role: str, owner: str, subscription: UUID) -> Subscription | None:
        """The subscription; None where the owner has none of this id."""
        with rows_within(self._readers, scope) as cursor:
            cursor.execute(_ONE_OF_OWNER, (role, owner, subscription))
            found = cursor.fetchall()
        return next(iter(self._opened(found)), None)

    def at_work(self, subscription: UUID) -> Subscription | None:
        """As it is now, for who delivers to it; None once it is deleted."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_BY_ID, (subscription,))
            found = cursor.fetchall()
        return next(iter(self._opened(found)), None)

    def save(self, changed: Subscription, *, over: int) -> Subscription:
        """Keep state, address and secrets in the place of version ``over``. Raises :class:`StaleSubscription`.

        One that is active again begins anew: nothing is held against it, and what waits is due.
        """
        key = self._keys.of((changed.id,)).get(changed.id)
        if key is None:
            raise StaleSubscription
        kept = replace(changed, version=over + 1)
        with self._writers.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(
                _SAVE,
                {
                    "id": kept.id,
                    "state": kept.state,
                    "stopped_for": kept.stopped_for,
                    "failing_since": kept.failing_since,
                    "version": kept.version,
                    "sealed": self._sealed(kept, key),
                    "over": over,
                },
            )
            if cursor.rowcount == 0:
                raise StaleSubscription
        return kept

    def delete(self, subscription: UUID) -> None:
        """Delete it with its key and everything that waits for it; the key first: without it nothing is sent.

        What a crash leaves between the two is deleted by who would deliver to it.
        """
        self._keys.destroy(subscription)
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute("delete from webhook_subscription where id = %s", (subscription,))

    def _sealed(self, subscription: Subscription, key: bytes) -> bytes:
        nonce = random_bytes(_NONCE_BYTES)
        secrets = [
            {"text": each.text, "validUntil": None if each.valid_until is None else each.valid_until.isoformat()}
            for each in subscription.secrets
        ]
        content = canonical_json({"url": subscription.url, "secrets": secrets})
        return nonce + AESGCM(key).encrypt(nonce, content, self._bound(subscription.id, subscription.version))

    def _opened(self, rows: Sequence[tuple[Any, ...]]) -> list[Subscription]:
        keys = self._keys.of([row[0] for row in rows]) if rows else {}
        return [self._subscription(row, keys) for row in rows if row[0] in keys]

    def _subscription(self, row: tuple[Any, ...], keys: Mapping[UUID, bytes]) -> Subscription:
        found, role, owner, employer, state, stopped_for, made_at, after, version, failing_since, stored = row
        sealed = bytes(stored)
        content = AESGCM(keys[found]).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound(found, version))
        held: dict[str, Any] = json.loads(content)
        return Subscription(
            id=found,
            role=role,
            owner=owner,
            employer=employer,
            state=SubscriptionState(state),
            stopped_for=None if stopped_for is None else StopReason(stopped_for),
            made_at=made_at,
            after_position=after,
            version=version,
            failing_since=failing_since,
            url=held["url"],
            secrets=tuple(
                Secret(
                    text=each["text"],
                    valid_until=None if each["validUntil"] is None else datetime.fromisoformat(each["validUntil"]),
                )
                for each in held["secrets"]
            ),
        )

    def _bound(self, subscription: UUID, version: int) -> bytes:
        """What is sealed is bound to: moved to another row, or put back after a newer one, it opens nowhere."""
        return f"webhook {self._origin} {subscription} {version}".encode()


def stop(cursor: Cursor, subscription: UUID, reason: StopReason) -> None:
    """Send nothing more to a receiver until its owner goes on."""
    cursor.execute(
        "update webhook_subscription set state = 'stopped', stopped_for = %s where id = %s and state = 'active'",
        (reason, subscription),
    )


_COLUMNS: Final = (
    "id, role, owner, employer, state, stopped_for, made_at, after_position, version, failing_since, sealed"
)
_OF_OWNER: Final = f"select {_COLUMNS} from webhook_subscription where role = %s and owner = %s order by made_at, id"  # noqa: S608  # nosec B608 # the columns are a constant
_ONE_OF_OWNER: Final = f"select {_COLUMNS} from webhook_subscription where role = %s and owner = %s and id = %s"  # noqa: S608  # nosec B608 # the columns are a constant
_BY_ID: Final = f"select {_COLUMNS} from webhook_subscription where id = %s"  # noqa: S608  # nosec B608 # the columns are a constant

_TAKE_PLACE: Final = """
insert into tracking as t (name, position) select %(name)s, h.position from journal_head h
    on conflict (name) do update set position = case when exists (select from webhook_subscription)
                                                     then t.position else greatest(t.position, excluded.position) end
"""
"""Where nobody was told of anything, what happened meanwhile is passed over."""

_ADD: Final = """
insert into webhook_subscription (id, role, owner, employer, state, made_at, after_position, version, sealed)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_SAVE: Final = """
with saved as (
    update webhook_subscription
       set state = %(state)s, stopped_for = %(stopped_for)s, version = %(version)s, sealed = %(sealed)s,
           failing_since = %(failing_since)s
     where id = %(id)s and version = %(over)s returning id, state
), due as (
    update webhook_delivery d set due_at = now() from saved s
     where d.subscription = s.id and s.state = 'active' and d.settled_at is null and d.due_at > now()
)
select from saved
"""
