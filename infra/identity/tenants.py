"""To whom a caller's idempotency keys belong: a person, where the person acts, whatever the role.

An enterprise and an authority are tenants, and so is a worker. Two tenants may name their people alike, so a key is
nobody's but its tenant's; and who acts in two roles for one tenant is one person, whose key is used once.
"""

from __future__ import annotations

import hmac

from infra.identity.caller import Caller

_OF_ALL = "*"
"""The tenant of a regulator who supervises every authority."""


def holder_of_keys(caller: Caller, tenant_key: bytes) -> str:
    """Tenant and subject. A worker's tenant is a keyed digest of the national number, which nothing may store."""
    if caller.ssin is not None:
        tenant = hmac.digest(tenant_key, caller.ssin.encode("ascii"), "sha256").hex()[:32]
    else:
        tenant = caller.enterprise_number or caller.authority or _OF_ALL
    return f"{tenant}/{caller.subject}"
