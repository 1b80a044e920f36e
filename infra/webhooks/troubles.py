"""Why a notice was not taken, as its owner is told."""

from __future__ import annotations

from enum import StrEnum


class WebhookTrouble(StrEnum):
    ADDRESS = "address"
    NOT_PUBLIC = "notPublic"
    NAME_UNKNOWN = "nameUnknown"
    NO_CONNECTION = "noConnection"
    CONNECTION_LOST = "connectionLost"
    TOO_SLOW = "tooSlow"
    CERTIFICATE = "certificate"
    NO_TLS = "noTls"
    NO_HTTP = "noHttp"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    GONE = "gone"
    UNREADABLE = "unreadable"
    """Of a case that this service cannot read: nothing that the receiver could mend."""
