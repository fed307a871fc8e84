"""What an operator does with tokens, organizations and people, as their own clients see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from in_process import Clock, Server

from antonnia.auth import Auth
from antonnia.auth.exceptions import AuthenticationError, TokenExpiredError
from antonnia_server import operator
from antonnia_server.auth.errors import LastOwner, MemberNotFound, TokenNotFound
from antonnia_server.http.refusal import ValidationFailed


def auth_of(server: Server, secret: str) -> Auth:
    return Auth(secret, "http://antonnia.test", http_client=server.http(secret))


async def test_a_token_that_is_made_does_what_it_may_until_it_expires(
    server: Server, clock: Clock
) -> None:
    order = operator.TokenOrder(
        organization="acme", name="shop", permissions=("auth:read",), expires_in_days=3
    )

    made = await server.db.write(operator.CREATE_TOKEN.work, order)

    async with auth_of(server, made.token) as auth:
        me = await auth.me()
        assert me.organization.id == made.organization_id
        assert (me.token.id, me.token.name, me.permissions) == (
            made.token_id,
            "shop",
            ["auth:read"],
        )
        assert me.token.expires_at == me.token.created_at + timedelta(days=3)
        await clock.advance(3 * 86_400)
        with pytest.raises(TokenExpiredError):
            await auth.me()


async def test_a_token_that_is_rotated_has_a_new_secret_and_revoked_it_has_none(
    server: Server,
) -> None:
    made = await server.db.write(
        operator.CREATE_TOKEN.work, operator.TokenOrder(organization="acme")
    )
    rotation = operator.RotationOrder(
        organization="acme", token_id=made.token_id, overlap_seconds=0
    )

    rotated = await server.db.write(operator.ROTATE_TOKEN.work, rotation)

    async with auth_of(server, made.token) as old, auth_of(server, rotated.secret) as new:
        with pytest.raises(AuthenticationError):
            await old.me()
        assert (await new.me()).token.id == made.token_id
        revocation = operator.RevocationOrder(organization="acme", token_id=made.token_id)
        revoked = await server.db.write(operator.REVOKE_TOKEN.work, revocation)
        assert revoked.token.revoked_at is not None
        with pytest.raises(AuthenticationError):
            await new.me()


async def test_tokens_are_listed_to_the_last_and_without_a_secret(server: Server) -> None:
    secrets = [
        (
            await server.db.write(
                operator.CREATE_TOKEN.work, operator.TokenOrder(organization="acme")
            )
        ).token
        for _ in range(101)
    ]

    first = await server.db.read(
        operator.LIST_TOKENS.work, operator.TokensOrder(organization="acme")
    )
    rest = await server.db.read(
        operator.LIST_TOKENS.work,
        operator.TokensOrder(organization="acme", cursor=first.next_cursor),
    )

    assert (len(first.tokens), len(rest.tokens), rest.next_cursor) == (100, 1, None)
    shown = first.model_dump_json() + rest.model_dump_json()
    assert [secret for secret in secrets if secret in shown] == []


async def test_a_token_of_another_organization_is_not_rotated(server: Server) -> None:
    made = await server.db.write(
        operator.CREATE_TOKEN.work, operator.TokenOrder(organization="acme")
    )
    await server.db.write(
        operator.CREATE_ORGANIZATION.work, operator.OrganizationOrder(name="other")
    )

    with pytest.raises(TokenNotFound):
        await server.db.write(
            operator.REVOKE_TOKEN.work,
            operator.RevocationOrder(organization="other", token_id=made.token_id),
        )


async def test_an_organization_that_becomes_a_partner_makes_others(server: Server) -> None:
    made = await server.db.write(
        operator.CREATE_TOKEN.work, operator.TokenOrder(organization="Agency")
    )
    order = operator.OrganizationOrder(name="Agency", is_partner=True)

    partner = await server.db.write(operator.CREATE_ORGANIZATION.work, order)

    assert (partner.id, partner.type) == (made.organization_id, "partner")
    async with auth_of(server, made.token) as auth:
        child = await auth.partner.organizations.create("Child")
        assert [each.id for each in await auth.partner.organizations.list()] == [child.id]
    listed = await server.db.read(operator.LIST_ORGANIZATIONS.work, operator.OrganizationsOrder())
    assert {(each.id, each.name) for each in listed.organizations} >= {
        (partner.id, "Agency"),
        (child.id, child.id),
    }


async def test_people_are_made_members_listed_and_removed(server: Server) -> None:
    made = await server.db.write(
        operator.CREATE_TOKEN.work, operator.TokenOrder(organization="acme")
    )
    for email, role in (("ana@acme.example", "owner"), ("eva@acme.example", "viewer")):
        order = operator.UserOrder.model_validate(
            {"organization": "acme", "email": email, "role": role}
        )
        await server.db.write(operator.CREATE_USER.work, order)

    removal = operator.UserRemoval(organization="acme", email="eva@acme.example")
    await server.db.write(operator.REMOVE_USER.work, removal)

    listed = await server.db.read(
        operator.LIST_USERS.work, operator.UsersOrder(organization="acme")
    )
    assert [(each.email, each.role) for each in listed.members] == [("ana@acme.example", "owner")]
    async with auth_of(server, made.token) as auth:
        assert [each.name async for each in auth.users.iter()] == ["ana"]
    with pytest.raises(MemberNotFound):
        await server.db.write(operator.REMOVE_USER.work, removal)
    with pytest.raises(LastOwner):
        await server.db.write(
            operator.REMOVE_USER.work,
            operator.UserRemoval(organization="acme", email="ana@acme.example"),
        )


@pytest.mark.parametrize(
    "order",
    [
        operator.TokenOrder(organization="acme", permissions=("cats:read",)),
        operator.TokenOrder(organization="acme", permissions=("everything",)),
        operator.TokenOrder(organization="acme", name="\x1b[31mred"),
    ],
)
async def test_what_the_api_refuses_is_refused_to_the_operator_too(
    server: Server, order: operator.TokenOrder
) -> None:
    with pytest.raises(ValidationFailed):
        await server.db.write(operator.CREATE_TOKEN.work, order)


@pytest.mark.parametrize("given", ["conversation:write", "everything", "a:read,b:read"])
async def test_a_permission_that_there_is_not_is_refused_with_those_that_there_are(
    server: Server, given: str
) -> None:
    order = operator.TokenOrder(organization="acme", permissions=(given,))

    with pytest.raises(ValidationFailed) as refused:
        await server.db.write(operator.CREATE_TOKEN.work, order)

    assert f"there is no permission {given!r}; there are: *, auth:read" in str(refused.value.detail)
