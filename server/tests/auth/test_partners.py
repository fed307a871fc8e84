"""Organizations, and partners who make them for others."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from in_process import Server

from antonnia_server.auth import service as auth

AUTH = "/auth/v1"
MADE = f"{AUTH}/partner/organizations"


@pytest.fixture
async def partner(http: httpx.AsyncClient, server: Server) -> httpx.AsyncClient:
    """The wire, with the token of our organization, which is a partner."""
    await server.db.write(auth.make_partner, server.ours.id)
    return http


async def given_organization(partner: httpx.AsyncClient, name: str = "Child") -> dict[str, Any]:
    response = await partner.post(MADE, json={"name": name})
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_partner_makes_an_organization_and_lets_people_and_programs_in(
    partner: httpx.AsyncClient, server: Server
) -> None:
    child = await given_organization(partner)
    path = f"{MADE}/{child['id']}"

    member = await partner.post(
        f"{path}/members", json={"email": "ana@example.com", "role": "owner"}
    )
    token = await partner.post(f"{path}/tokens", json={"key_name": "app", "app_id": "app_1"})
    of_account = await partner.post(f"{path}/tokens", json={"key_name": "account"})

    assert (child["type"], child["partner_id"]) == ("standard", server.ours.id)
    assert member.json()["organization_id"] == child["id"]
    made = token.json()
    assert (
        made.items()
        >= {
            "key_name": "app",
            "organization_id": child["id"],
            "app_id": "app_1",
            "type": "app_token",
            "is_active": True,
        }.items()
    )
    assert of_account.json()["type"] == "account_token"
    async with server.http(made["secret"]) as http:
        me = (await http.get(f"{AUTH}/me")).json()
        assert me["organization"]["id"] == child["id"]
        assert [each["email"] for each in (await http.post(f"{AUTH}/members/search")).json()] == [
            "ana@example.com"
        ]


async def test_a_token_that_a_partner_makes_may_do_no_more_than_the_partners_own(
    partner: httpx.AsyncClient, server: Server
) -> None:
    child = await given_organization(partner)
    lesser = await server.create_token(server.ours, permissions=["auth:admin"])

    async with server.http(lesser) as http:
        made = (await http.post(f"{MADE}/{child['id']}/tokens", json={"key_name": "k"})).json()

    async with server.http(made["secret"]) as http:
        me = (await http.get(f"{AUTH}/me")).json()
    assert me["permissions"] == ["auth:read", "auth:write", "auth:admin"]


async def test_the_names_of_organizations_are_nobodys_business(
    partner: httpx.AsyncClient, server: Server
) -> None:
    taken = server.rows("organizations", id=server.theirs.id)[0]["name"]

    first = await given_organization(partner, taken)
    second = await given_organization(partner, taken)
    renamed = await partner.patch(f"{AUTH}/organizations/{first['id']}", json={"name": "Own"})

    assert (first["name"], second["name"], renamed.json()["name"]) == (taken, taken, "Own")
    assert server.rows("organizations", id=server.theirs.id)[0]["name"] == taken


async def test_who_is_no_partner_makes_none(http: httpx.AsyncClient, server: Server) -> None:
    before = server.rows("organizations")
    path = f"{MADE}/{server.theirs.id}"

    refused = [
        await http.post(MADE, json={"name": "n"}),
        await http.get(MADE),
        await http.post(f"{AUTH}/organizations", json={"name": "n"}),
        await http.post(f"{path}/members", json={"email": "a@example.com", "role": "viewer"}),
        await http.post(f"{path}/tokens", json={"key_name": "k"}),
    ]

    assert {(each.status_code, each.json()["code"]) for each in refused} == {(403, "not_a_partner")}
    assert server.rows("organizations") == before


async def test_a_partner_does_not_reach_organizations_that_it_has_not_made(
    partner: httpx.AsyncClient, server: Server
) -> None:
    answers = []

    # Its own is none that it has made either.
    for id in (server.theirs.id, "org_none", server.ours.id):
        member = {"email": "a@example.com", "role": "viewer"}
        for response in [
            await partner.post(f"{MADE}/{id}/members", json=member),
            await partner.post(f"{MADE}/{id}/tokens", json={"key_name": "k"}),
            await partner.delete(f"{AUTH}/organizations/{id}"),
        ]:
            said = response.json()
            answers.append((said["status"], said["code"], said["detail"].replace(id, "")))

    assert answers[:3] == answers[3:6] == answers[6:]
    assert {each[:2] for each in answers} == {(404, "organization_not_found")}


async def test_an_organization_sees_itself_and_a_partner_those_it_has_made(
    partner: httpx.AsyncClient, server: Server
) -> None:
    made = [(await given_organization(partner))["id"] for _ in range(2)]

    seen = (await partner.post(f"{AUTH}/organizations/search")).json()
    listed = (await partner.get(MADE)).json()

    assert [each["id"] for each in seen] == [server.ours.id, *made]
    assert [each["id"] for each in listed] == made
    async with server.http(server.theirs.token) as other:
        theirs = (await other.post(f"{AUTH}/organizations/search")).json()
        foreign = await other.get(f"{AUTH}/organizations/{made[0]}")
        renamed = await other.patch(f"{AUTH}/organizations/{made[0]}", json={"name": "Mine"})
    assert [each["id"] for each in theirs] == [server.theirs.id]
    assert (foreign.status_code, renamed.status_code) == (404, 404)


async def test_an_organization_that_is_closed_lets_nobody_in(
    partner: httpx.AsyncClient, server: Server
) -> None:
    child = await given_organization(partner)
    token = (await partner.post(f"{MADE}/{child['id']}/tokens", json={"key_name": "k"})).json()

    closed = await partner.delete(f"{AUTH}/organizations/{child['id']}")

    assert closed.status_code == 204
    async with server.http(token["secret"]) as http:
        assert (await http.get(f"{AUTH}/me")).json()["code"] == "token_revoked"
    assert (await partner.get(f"{AUTH}/organizations/{child['id']}")).status_code == 404
    assert (await partner.get(MADE)).json() == []


async def test_an_organization_that_is_closed_is_told_nothing_more(
    partner: httpx.AsyncClient, server: Server
) -> None:
    child = await given_organization(partner)
    token = (await partner.post(f"{MADE}/{child['id']}/tokens", json={"key_name": "k"})).json()
    async with server.http(token["secret"]) as http:
        webhook = await http.post("/events/v1/webhooks", json={"url": "http://127.0.0.1:9/"})
        assert webhook.status_code == 201, webhook.text

    assert (await partner.delete(f"{AUTH}/organizations/{child['id']}")).status_code == 204

    [kept] = server.rows("webhooks", organization_id=child["id"])
    assert (kept["status"], kept["disabled_reason"]) == ("disabled", "the organization was closed")


async def test_no_token_that_is_made_or_rotated_while_its_organization_is_closed_outlives_it(
    partner: httpx.AsyncClient, server: Server
) -> None:
    for _ in range(5):
        child = await given_organization(partner)
        token = (await partner.post(f"{MADE}/{child['id']}/tokens", json={"key_name": "k"})).json()
        async with server.http(token["secret"]) as http:
            # Who it is, is remembered: only the unit of work can still refuse.
            assert (await http.get(f"{AUTH}/me")).status_code == 200
            body = {"name": "one more", "permissions": ["*"]}

            answers = await asyncio.gather(
                *(http.post(f"{AUTH}/tokens", json=body) for _ in range(3)),
                partner.delete(f"{AUTH}/organizations/{child['id']}"),
                *(http.post(f"{AUTH}/tokens", json=body) for _ in range(3)),
                http.post(f"{AUTH}/tokens/{token['key_id']}/rotate"),
            )

        assert answers[3].status_code == 204
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 401, 422}
        tokens = server.rows("tokens", organization_id=child["id"])
        assert [each["name"] for each in tokens if each["revoked_at"] is None] == []


async def test_what_a_partner_does_is_in_the_log_of_both(
    partner: httpx.AsyncClient, server: Server
) -> None:
    child = await given_organization(partner)
    path = f"{MADE}/{child['id']}"
    token = (await partner.post(f"{path}/tokens", json={"key_name": "app"})).json()
    member = (
        await partner.post(f"{path}/members", json={"email": "ana@example.com", "role": "owner"})
    ).json()
    await partner.patch(f"{AUTH}/organizations/{child['id']}", json={"name": "Renamed"})

    async with server.http(token["secret"]) as http:
        of_child = (await http.post(f"{AUTH}/audit/search")).json()

    mine = (await partner.get(f"{AUTH}/me")).json()
    assert [(entry["action"], entry["object_id"]) for entry in of_child][::-1] == [
        ("create_partner_token", token["key_id"]),
        ("create_partner_member", member["id"]),
        ("update_organization", child["id"]),
    ]
    assert {entry["token_id"] for entry in of_child} == {mine["token"]["id"]}
    of_partner = (await partner.post(f"{AUTH}/audit/search")).json()
    assert [entry["action"] for entry in of_partner][::-1] == [
        "create_partner_organization",
        *(entry["action"] for entry in of_child[::-1]),
    ]
