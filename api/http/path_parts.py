"""What stands in the place of an id in a path: anything but a word that is a path of its own.

Without this `GET applications/query` would be the application with the id "query", which is not there (404), and not a
path that is only sent to (405).
"""

from __future__ import annotations

from typing import Final

from starlette.convertors import Convertor, register_url_convertor

QUERY: Final = "query"


class _OpaqueId(Convertor[str]):
    regex = f"(?!{QUERY}(?:/|$))[^/]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def register_path_parts() -> None:
    """Make `{application_id:opaque}` known to the router; again changes nothing."""
    register_url_convertor("opaque", _OpaqueId())
