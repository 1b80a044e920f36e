"""What an HR system does with webhooks, over the interface."""

from __future__ import annotations

from typing import Any

import httpx

from tests.world.service_clients import ServiceClient


class Hook:
    """One webhook, with the secret that it was given."""

    def __init__(self, client: ServiceClient, made: dict[str, Any]) -> None:
        self._client = client
        self.id: str = made["id"]
        self.secret: str = made["secret"]

    @property
    def path(self) -> str:
        return f"webhooks/{self.id}"

    def read(self) -> Any:
        found = self._client.get(self.path)
        assert found.status_code == 200, found.text
        return found.json()

    def post(self, what: str, body: Any = None) -> httpx.Response:
        if body is None:
            return self._client.client.post(f"{self.path}/{what}")
        return self._client.client.post(f"{self.path}/{what}", json=body)

    def deliveries(self) -> list[Any]:
        """All of the log, the newest first."""
        found, address = [], f"{self.path}/deliveries?pageSize=100"
        while address:
            page = self._client.get(address)
            assert page.status_code == 200, page.text
            found += page.json()["items"]
            address = page.json().get("next", "")
        return found

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return bool(self.read()["waiting"] == 0)


class Hooks:
    """Makes webhooks of one caller."""

    def __init__(self, client: ServiceClient) -> None:
        self.client = client

    def ask(self, url: str, **more: Any) -> httpx.Response:
        return self.client.client.post("webhooks", json={"url": url, **more})

    def make(self, url: str, **more: Any) -> Hook:
        made = self.ask(url, **more)
        assert made.status_code == 201, made.text
        assert made.headers["Location"].endswith(f"/webhooks/{made.json()['id']}")
        return Hook(self.client, made.json())

    def listed(self) -> list[Any]:
        found = self.client.get("webhooks")
        assert found.status_code == 200, found.text
        items: list[Any] = found.json()["items"]
        return items

    def delete_all(self) -> None:
        for each in self.listed():
            assert self.client.client.delete(f"webhooks/{each['id']}").status_code == 204
