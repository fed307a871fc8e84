"""Tokens that are in use on every server, and the ways to end them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

AUTH = "/auth/v1"
OVERLAP_SECONDS = 1
LIFE_SECONDS = 1.5
# What is asked with a token; it takes the permission that a lowered role loses.
ASKED = f"{AUTH}/audit/search"
# Between two requests of a client: what is measured is not how much the machine can take.
PAUSE_SECONDS = 0.01
Json = dict[str, Any]


class Ask(NamedTuple):
    """When a request was sent, and how it was answered."""

    sent_at: float
    status: int
    code: str | None
    detail: str


@dataclass
class Use:
    """One client that asks one server again and again, and follows its stream."""

    base_url: str
    secret: str
    asks: list[Ask] = field(default_factory=list)
    stream_ended_at: float | None = None
    is_asking: asyncio.Event = field(default_factory=asyncio.Event)
    is_following: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self) -> None:
        async with self._http() as http:
            while True:
                sent_at = time.monotonic()
                answer = await http.post(ASKED, json={"limit": 1})
                said = answer.json() if answer.is_error else {}
                self.asks.append(
                    Ask(sent_at, answer.status_code, said.get("code"), said.get("detail", ""))
                )
                self.is_asking.set()
                await asyncio.sleep(PAUSE_SECONDS)

    async def follow(self) -> None:
        async with self._http() as http, http.stream("GET", "/events/v1/stream") as stream:
            assert stream.status_code == 200
            self.is_following.set()
            async for _ in stream.aiter_raw():
                pass
        self.stream_ended_at = time.monotonic()

    def _http(self) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {self.secret}"}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=30)


class Ended(NamedTuple):
    """When a token had ended, by its way, for whoever ended it."""

    at: float
    # What every later request is answered.
    status: int
    code: str
    ends_streams: bool = True


class Way(NamedTuple):
    name: str
    end: Callable[[httpx.AsyncClient, Json], Awaitable[Ended]]
    # What the token is made with.
    has_user: bool = False
    expires: bool = False


async def revoke(http: httpx.AsyncClient, token: Json) -> Ended:
    return await _done(await http.delete(f"{AUTH}/tokens/{token['id']}"))


async def rotate(http: httpx.AsyncClient, token: Json) -> Ended:
    return await _done(await http.post(f"{AUTH}/tokens/{token['id']}/rotate"))


async def rotate_with_overlap(http: httpx.AsyncClient, token: Json) -> Ended:
    body = {"overlap_seconds": OVERLAP_SECONDS}
    ended = await _done(await http.post(f"{AUTH}/tokens/{token['id']}/rotate", json=body))
    return ended._replace(at=ended.at + OVERLAP_SECONDS)


async def wait_until_it_expires(http: httpx.AsyncClient, token: Json) -> Ended:
    left = (datetime.fromisoformat(token["expires_at"]) - datetime.now(UTC)).total_seconds()
    return Ended(time.monotonic() + left, 401, "token_expired")


async def remove_member(http: httpx.AsyncClient, token: Json) -> Ended:
    return await _done(await http.delete(f"{AUTH}/members/{token['member_id']}"))


async def remove_user(http: httpx.AsyncClient, token: Json) -> Ended:
    return await _done(await http.delete(f"{AUTH}/users/{token['user_id']}"))


async def lower_role(http: httpx.AsyncClient, token: Json) -> Ended:
    path = f"{AUTH}/members/{token['member_id']}"
    ended = await _done(await http.patch(path, json={"role": "viewer"}))
    return ended._replace(status=403, code="permission_denied", ends_streams=False)


WAYS = [
    Way("revoked", revoke),
    Way("rotated", rotate),
    Way("rotated with overlap", rotate_with_overlap),
    Way("expired", wait_until_it_expires, expires=True),
    Way("member removed", remove_member, has_user=True),
    Way("user removed", remove_user, has_user=True),
    Way("role lowered", lower_role, has_user=True),
]


async def given_token(http: httpx.AsyncClient, way: Way | None = None) -> Json:
    body: Json = {"name": "used", "permissions": ["*"]}
    member: Json = {}
    if way is not None and way.has_user:
        wanted = {"email": f"{uuid4().hex}@example.com", "role": "admin"}
        member = (await http.post(f"{AUTH}/members", json=wanted)).json()
        body["user_id"] = member["user_id"]
    if way is not None and way.expires:
        body["expires_at"] = (datetime.now(UTC) + timedelta(seconds=LIFE_SECONDS)).isoformat()
    answer = await http.post(f"{AUTH}/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return {"member_id": member.get("id"), **answer.json()}


async def _done(answer: httpx.Response) -> Ended:
    assert answer.is_success, answer.text
    return Ended(time.monotonic(), 401, "token_revoked")
