"""The client as a whole, and its sync twin."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any, Dict, List

import httpx
import pytest
from given_auth import TOKEN, given_client
from scripted_network import ScriptedNetwork

import antonnia.auth
from antonnia.auth import Auth, SyncAuth, raw
from antonnia.auth._sync import raw as sync_raw
from antonnia.core import errors


@pytest.mark.parametrize("name", ["Auth", "SyncAuth"])
def test_neither_httpx_nor_pydantic_is_loaded_to_make_a_client(name: str) -> None:
    program = f"""
import sys
from antonnia.auth import {name}
from antonnia.auth.exceptions import NotFoundError
{name}("t")
print({{"httpx", "pydantic", "asyncio"}} & set(sys.modules))
"""

    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert loaded == "set()\n"


def test_the_representation_of_a_client_shows_no_token() -> None:
    client = given_client(ScriptedNetwork())

    assert repr(client) == "Auth(base_url='https://api.test/auth/v1')"


async def test_a_copy_has_options_of_its_own() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=TOKEN))
    client = given_client(network).with_options(max_retries=0, headers={"X-Team": "shop"})

    await client.tokens.get("tok_1")

    assert network.requests[0].headers["x-team"] == "shop"


async def test_an_answer_comes_as_it_was_sent_to_who_asks_for_it() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=TOKEN, headers={"X-Request-Id": "req_1"}))

    answer = await given_client(network).tokens.with_raw_response.get("tok_1")

    assert (answer.status_code, answer.request_id) == (200, "req_1")
    assert answer.parse().id == "tok_1"


def test_the_twin_answers_without_await() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=TOKEN), httpx.Response(200, json=[TOKEN]))
    with SyncAuth("t", http_client=httpx.Client(transport=network)) as client:
        changed = client.tokens.update("tok_1", name="New")
        found = list(client.tokens.iter())

    assert (changed.id, len(found)) == ("tok_1", 1)


def test_exceptions_are_the_same_objects_everywhere() -> None:
    from antonnia.auth import exceptions

    for name in exceptions.__all__:
        expected = "AntonniaError" if name == "AuthError" else name
        assert getattr(exceptions, name) is getattr(errors, expected)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Authentic"):
        antonnia.auth.Authentic  # noqa: B018 - the lookup is the test


def resources_of(client: Any) -> List[Any]:
    return [
        client.users,
        client.members,
        client.organizations,
        client.tokens,
        client.permissions,
        client.audit,
        client.partner.organizations,
        client.partner.members,
        client.partner.tokens,
    ]


def methods_of(part: Any) -> Dict[str, List[str]]:
    return {
        name: [str(parameter) for parameter in inspect.signature(method).parameters.values()]
        for name, method in inspect.getmembers(part, inspect.ismethod)
        if not name.startswith("_")
    }


def test_the_sync_client_has_the_same_methods_with_the_same_parameters() -> None:
    ours, twin = Auth("t"), SyncAuth("t")

    for part, its_twin in zip([ours, *resources_of(ours)], [twin, *resources_of(twin)]):
        assert type(its_twin).__name__ == f"Sync{type(part).__name__}"
        assert methods_of(its_twin) == methods_of(part)


@pytest.mark.parametrize(
    ("client", "views", "prefix"),
    [(Auth("t"), raw, ""), (SyncAuth("t"), sync_raw, "Sync")],
    ids=["async", "sync"],
)
def test_every_resource_has_a_raw_view_with_its_calls(client: Any, views: Any, prefix: str) -> None:
    for part in resources_of(client):
        name = type(part).__name__[len(prefix) :]
        view = getattr(views, f"{prefix}Raw{name}")

        calls = {call for call, _ in inspect.getmembers(view, inspect.isfunction)}
        assert {call for call in calls if not call.startswith("_")} == {*methods_of(part)} - {
            "iter"
        }
