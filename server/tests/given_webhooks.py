"""Webhooks over the wire, as a test makes and reads them."""

from __future__ import annotations

from typing import Any

import httpx

EVENTS = "/events/v1"
Json = dict[str, Any]


class Webhooks:
    """The calls of the events API that tests make often."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def create(self, url: str, **fields: Any) -> Json:
        return await self._post("/webhooks", {"url": url, **fields}, 201)

    async def update(self, webhook_id: str, **fields: Any) -> Json:
        response = await self.http.patch(f"{EVENTS}/webhooks/{webhook_id}", json=fields)
        assert response.status_code == 200, response.text
        return found(response)

    async def get(self, webhook_id: str) -> Json:
        response = await self.http.get(f"{EVENTS}/webhooks/{webhook_id}")
        assert response.status_code == 200, response.text
        return found(response)

    async def test(self, webhook_id: str) -> Json:
        return await self._post(f"/webhooks/{webhook_id}/test", {}, 202)

    async def rotate(self, webhook_id: str) -> Json:
        return await self._post(f"/webhooks/{webhook_id}/rotate", {}, 200)

    async def recover(self, webhook_id: str, since: str) -> Json:
        return await self._post(f"/webhooks/{webhook_id}/recover", {"since": since}, 202)

    async def retry(self, delivery_id: str) -> Json:
        return await self._post(f"/deliveries/{delivery_id}/retry", {}, 202)

    async def deliveries(self, **filters: Any) -> list[Json]:
        """The ledger, the newest first, over all of its pages."""
        return await self._search("/deliveries/search", filters)

    async def events(self, **filters: Any) -> list[Json]:
        return await self._search("/events/search", filters)

    async def _search(self, path: str, filters: Json) -> list[Json]:
        items: list[Json] = []
        while True:
            response = await self.http.post(EVENTS + path, json=filters)
            assert response.status_code == 200, response.text
            items += response.json()
            cursor = response.headers.get("x-next-cursor")
            if cursor is None:
                return items
            filters = {**filters, "cursor": cursor}

    async def _post(self, path: str, body: Json, status: int) -> Json:
        response = await self.http.post(EVENTS + path, json=body)
        assert response.status_code == status, response.text
        return found(response)


def found(response: httpx.Response) -> Json:
    answer: Json = response.json()
    return answer


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
