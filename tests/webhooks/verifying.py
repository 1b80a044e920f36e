"""How a receiver verifies a notice: the code of docs/flows/webhooks.md, which a test runs as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.webhooks.receiver import Received

PAGE: Final = Path(__file__).parents[2] / "docs" / "flows" / "webhooks.md"

_CODE: Final = re.compile(r"```python\n(.*?)```", re.DOTALL)


def verify_of_the_page() -> Callable[[Mapping[str, str], bytes, str, float], bool]:
    """The function ``verify`` of the page."""
    found = _CODE.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    names: dict[str, Any] = {}
    exec(compile(found[1], str(PAGE), "exec"), names)  # noqa: S102  # nosec B102 # the page is ours
    verify: Callable[[Mapping[str, str], bytes, str, float], bool] = names["verify"]
    return verify


def verified_by(received: Received, secret: str) -> bool:
    """Whether a receiver with this secret takes what it received, at the moment at which it was sent."""
    sent_at = float(received.headers["webhook-timestamp"])
    return verify_of_the_page()(received.headers, received.body, secret, sent_at)
