"""Wire types of the auth API."""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from typing import Any, Dict, List, Type

import pydantic
import pytest
from given_auth import (
    AUDIT_ENTRY,
    ME,
    MEMBER,
    ORGANIZATION,
    PARTNER_TOKEN,
    PERMISSION,
    SECRET,
    TOKEN,
    TOKEN_WITH_SECRET,
    USER,
)

from antonnia.auth.types import (
    AuditEntry,
    AuditSearch,
    Me,
    Member,
    MemberCreate,
    Organization,
    OrganizationCreate,
    PartnerToken,
    PartnerTokenCreate,
    Permission,
    Token,
    TokenCreate,
    TokenRotate,
    TokenWithSecret,
    User,
    UserCreate,
)
from antonnia.core.models import RequestModel, WireModel

SENT = [
    (Organization, ORGANIZATION),
    (User, USER),
    (Member, MEMBER),
    (Token, TOKEN),
    (TokenWithSecret, TOKEN_WITH_SECRET),
    (Permission, PERMISSION),
    (Me, ME),
    (AuditEntry, AUDIT_ENTRY),
    (PartnerToken, PARTNER_TOKEN),
]


@pytest.mark.parametrize(("model", "data"), SENT)
def test_what_the_server_sends_is_kept_whole(model: Type[WireModel], data: Dict[str, Any]) -> None:
    assert model.model_validate(data).model_dump(mode="json") == data


@pytest.mark.parametrize(("model", "data"), SENT)
def test_a_newer_server_is_survived(model: Type[WireModel], data: Dict[str, Any]) -> None:
    newer = {**data, "made_up": 1}
    for name in ("role", "type"):
        if name in newer:
            newer[name] = "made_up"

    read = model.model_validate(newer)

    assert not hasattr(read, "made_up")


@pytest.mark.parametrize(
    ("model", "data"), [(TokenWithSecret, TOKEN_WITH_SECRET), (PartnerToken, PARTNER_TOKEN)]
)
def test_a_secret_is_given_but_never_shown(model: Type[WireModel], data: Dict[str, Any]) -> None:
    token: Any = model.model_validate(data)

    assert token.secret == SECRET
    for shown in (repr(token), str(token), f"{token}", repr([copy.deepcopy(token)])):
        assert SECRET not in shown


def test_a_token_by_itself_has_no_secret() -> None:
    assert not hasattr(Token.model_validate(TOKEN_WITH_SECRET), "secret")


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (OrganizationCreate, {"name": " "}),
        (OrganizationCreate, {"name": "Acme", "type": "partner"}),
        (UserCreate, {"name": "Ana", "email": "ana"}),
        (UserCreate, {"name": "Ana", "email": "ana@acme.example\n"}),
        (UserCreate, {"name": "Ana", "email": "ana@acme@example"}),
        (UserCreate, {"name": "Ana", "email": "ana@acme.example", "role": "king"}),
        (MemberCreate, {"email": "ana@acme.example"}),
        (TokenCreate, {"name": "shop"}),
        (TokenCreate, {"name": "shop", "permissions": []}),
        (TokenCreate, {"name": "shop", "permissions": ["conversations"]}),
        (TokenCreate, {"name": "shop", "permissions": ["conversations:*"]}),
        (TokenCreate, {"name": "shop", "permissions": ["conversations:read\n"]}),
        (TokenCreate, {"name": "shop", "permissions": "conversations:read"}),
        (TokenRotate, {"overlap_seconds": -1}),
        (TokenRotate, {"overlap_seconds": 604_801}),
        (AuditSearch, {"action": "create token"}),
        (AuditSearch, {"since": datetime(2026, 1, 31)}),  # noqa: DTZ001 - refused for its lack
        (PartnerTokenCreate, {"key_name": "inbox", "app_id": ""}),
    ],
)
def test_what_is_wrong_is_refused(model: Type[RequestModel], body: Dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        model.model_validate(body)


@pytest.mark.parametrize("permissions", [["*"], ["conversations:read", "auth:admin"]])
def test_permissions_are_names_or_everything(permissions: List[str]) -> None:
    assert TokenCreate(name="shop", permissions=permissions).permissions == permissions


def test_who_does_not_say_gives_the_least() -> None:
    assert UserCreate(name="Ana", email="ana@acme.example").role == "viewer"
    assert TokenRotate().overlap_seconds == 0


def test_a_token_expires_at_a_moment() -> None:
    at = datetime(2027, 1, 1, tzinfo=timezone.utc)

    assert TokenCreate(name="shop", permissions=["*"], expires_at=at).expires_at == at
