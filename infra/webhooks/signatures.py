"""How a notice is signed: the Standard Webhooks scheme, so that receivers verify it with a library that exists.

What is signed is ``id.timestamp.body``, with HMAC-SHA256 under the bytes of the secret. While a secret is being
replaced a notice has a signature under each that is valid, separated by spaces: a receiver accepts one of them.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  # nosec B105 # what begins every secret, and no secret
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A secret of 32 random bytes, as receivers configure it: ``whsec_`` and base64."""
    return SECRET_PREFIX + b64encode(os.urandom(_SECRET_BYTES)).decode()


def signed_headers(notice_id: str, body: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The three headers of a notice that is sent ``now`` (aware): its id, the second, and the signatures."""
    second = str(int(now.timestamp()))
    signatures = [signature(notice_id, second, body, secret) for secret in secrets]
    return {"webhook-id": notice_id, "webhook-timestamp": second, "webhook-signature": " ".join(signatures)}


def signature(notice_id: str, second: str, body: bytes, secret: str) -> str:
    """One signature, with the version of the scheme before it."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    signed = f"{notice_id}.{second}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()
