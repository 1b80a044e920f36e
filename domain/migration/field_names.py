"""What a field of a record is called where anybody may read it: by its own name, if that looks like one.

The name of a field that nobody knows is a text of a stranger's making, in JSON as much as its value is. One that is
long, or has more digits than a name needs, may be somebody's date of birth or national number in the wrong place.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

OTHER_FIELD: Final = "(another name)"

# With a backslash: what cannot be kept in a name is shown with escapes.
_SHAPE: Final = re.compile(r"[^\W\d_][\w.\[\] \\-]{0,59}")
_MOST_DIGITS: Final = 4


@lru_cache(maxsize=4_096)
def shown_name(name: str) -> str:
    """The name, or :data:`OTHER_FIELD` for a text that can be none: the record has it as it came."""
    is_one = _SHAPE.fullmatch(name) is not None and sum(map(str.isdigit, name)) <= _MOST_DIGITS
    return name if is_one else OTHER_FIELD
