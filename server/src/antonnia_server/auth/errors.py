"""What the auth service refuses."""

from __future__ import annotations

from antonnia_server.http.refusal import Refusal

from .secrets import PREFIX


class TokenNotFound(Refusal):
    status = 404
    code = "token_not_found"
    title = "No such token"

    def __init__(self, token_id: str) -> None:
        if token_id.startswith(PREFIX):
            # It is not repeated: it may be one that lets somebody in.
            super().__init__("This is the secret of a token; name the token by its id, `tok_…`.")
            return
        super().__init__(f"There is no token {token_id!r}.")


class UserNotFound(Refusal):
    status = 404
    code = "user_not_found"
    title = "No such user"

    def __init__(self, user_id: str) -> None:
        super().__init__(f"There is no user {user_id!r}.")


class MemberNotFound(Refusal):
    status = 404
    code = "member_not_found"
    title = "No such member"

    def __init__(self, member_id: str) -> None:
        super().__init__(f"There is no member {member_id!r}.")


class OrganizationNotFound(Refusal):
    status = 404
    code = "organization_not_found"
    title = "No such organization"

    def __init__(self, organization_id: str) -> None:
        super().__init__(f"There is no organization {organization_id!r}.")


class NotAPartner(Refusal):
    status = 403
    code = "not_a_partner"
    title = "The organization is no partner"

    def __init__(self) -> None:
        super().__init__(
            "Only a partner makes organizations, and this token's organization is none; the "
            "operator makes it one with `antonnia org create NAME --partner`."
        )


class MemberExists(Refusal):
    status = 409
    code = "member_exists"
    title = "They are a member already"

    def __init__(self, email: str) -> None:
        super().__init__(f"A member has the address {email!r} already.")


class LastOwner(Refusal):
    status = 422
    code = "last_owner"
    title = "An organization keeps an owner"

    def __init__(self) -> None:
        super().__init__("This is the last owner; make somebody else an owner first.")


class TokenNotActive(Refusal):
    status = 422
    code = "token_not_active"
    title = "The token is no longer active"

    def __init__(self, token_id: str, what: str) -> None:
        super().__init__(f"Token {token_id!r} {what}; make a new one instead.")
