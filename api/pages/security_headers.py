"""The headers that keep a page to itself: what it may load, who may frame it, and who may keep a copy."""

from __future__ import annotations

from typing import Final

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline style or script at all, so that text of a case file that slips through as markup stays harmless."""

_UNUSED_FEATURES: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "payment",
        "publickey-credentials-get",
        "usb",
    )
)

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": _UNUSED_FEATURES,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page_headers(*, personal: bool) -> dict[str, str]:
    """The headers of a page; one that is ``personal`` is not cached, others are revalidated each time."""
    return {**SECURITY_HEADERS, "Cache-Control": "no-store" if personal else "no-cache"}
