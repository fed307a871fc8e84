import pickle

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing

from antonnia import core
from antonnia.core import AntonniaError, APIConnectionError, APIError, ServerError, ValidationError


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (302, core.APIError),
        (400, core.APIError),
        (401, core.AuthenticationError),
        (403, core.PermissionDeniedError),
        (404, core.NotFoundError),
        (409, core.ConflictError),
        (412, core.PreconditionFailedError),
        (413, core.APIError),
        (418, core.APIError),
        (422, core.ValidationError),
        (429, core.RateLimitError),
        (500, core.ServerError),
        (503, core.ServerError),
        (599, core.ServerError),
    ],
)
async def test_each_status_has_its_error(status: int, error_class: type) -> None:
    errors = [{"loc": ["name"], "msg": "too long", "type": "string_too_long"}]
    network = ScriptedNetwork(problem(status, "some_code", errors=errors))

    with pytest.raises(AntonniaError) as caught:
        await given_transport(network, max_retries=0).get("/things/1", Thing)

    error = caught.value
    assert type(error) is error_class
    assert isinstance(error, APIError)
    assert error.message == "It did not work."
    assert error.status_code == status
    assert error.code == "some_code"
    assert error.request_id == "req_1"
    assert error.response_data["detail"] == "It did not work."
    assert error.errors == errors
    assert str(error) == f"It did not work. (status {status}, code some_code, request req_1)"


@pytest.mark.parametrize(
    ("status", "code", "error_class"),
    [
        (401, "token_expired", core.TokenExpiredError),
        (401, "token_revoked", core.AuthenticationError),
        (401, None, core.AuthenticationError),
        # The status says the family, whatever a code may be called.
        (403, "token_expired", core.PermissionDeniedError),
        (502, "token_expired", core.ServerError),
    ],
)
async def test_an_expired_token_has_an_error_of_its_own_in_its_family(
    status: int, code: object, error_class: type
) -> None:
    network = ScriptedNetwork(httpx.Response(status, json={"code": code}))

    with pytest.raises(APIError) as caught:
        await given_transport(network, max_retries=0).get("/things/1", Thing)

    assert type(caught.value) is error_class
    assert issubclass(core.TokenExpiredError, core.AuthenticationError)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Bad gateway</html>",
        b"",
        b"\xff\xfe",
        b"[1]",
        b'"text"',
        b"null",
        b'{"detail": [1]}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_an_answer_of_any_shape_becomes_the_error_of_its_status(body: bytes) -> None:
    network = ScriptedNetwork(httpx.Response(502, content=body))

    with pytest.raises(ServerError) as caught:
        await given_transport(network, max_retries=0).get("/things/1", Thing)

    assert caught.value.status_code == 502
    assert caught.value.code is None
    assert "502" in str(caught.value)


async def test_the_text_of_an_html_answer_is_kept() -> None:
    network = ScriptedNetwork(httpx.Response(502, html="<h1>nginx</h1>"))

    with pytest.raises(ServerError) as caught:
        await given_transport(network, max_retries=0).get("/things/1", Thing)

    assert caught.value.response_data == "<h1>nginx</h1>"


@pytest.mark.parametrize("body", [b"<html>", b"", b"{}", b'{"id": 7}', b"[]"])
async def test_an_unreadable_success_is_a_connection_error_and_not_tried_again(
    body: bytes,
) -> None:
    answer = httpx.Response(200, content=body, headers={"X-Request-Id": "req_1"})
    network = ScriptedNetwork(answer)

    with pytest.raises(APIConnectionError, match="unreadable answer") as caught:
        await given_transport(network).get("/things/1", Thing)

    assert caught.value.status_code is None
    assert caught.value.request_id == "req_1"
    assert len(network.requests) == 1


async def test_an_unreadable_answer_names_the_field_and_not_its_value() -> None:
    network = ScriptedNetwork(httpx.Response(200, json={"id": ["private words"]}))

    with pytest.raises(APIConnectionError) as caught:
        await given_transport(network).get("/things/1", Thing)

    assert str(caught.value) == "unreadable answer: id: Input should be a valid string"
    assert caught.value.errors[0]["loc"] == ["id"]


def test_an_error_raised_by_hand_has_the_status_of_its_class() -> None:
    assert ValidationError("no").status_code == 422
    assert APIError("no", status_code=418).status_code == 418
    assert AntonniaError("no").status_code is None
    assert str(AntonniaError("no")) == "no"


def test_an_error_survives_pickling() -> None:
    error = core.RateLimitError("wait", code="rate_limited", request_id="req_1", retry_after=2.0)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is core.RateLimitError
    assert str(copy) == str(error)
    assert copy.retry_after == 2.0
