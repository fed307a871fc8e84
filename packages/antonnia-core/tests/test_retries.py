from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing, ThingCreate, ThingSearch, ThingUpdate

from antonnia.core import (
    AntonniaError,
    APIConnectionError,
    APITimeoutError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
    RateLimitError,
    ServerError,
)
from antonnia.core.retries import delay_seconds, parse_retry_after


def found() -> httpx.Response:
    return httpx.Response(200, json={"id": "thing_1"})


PASSING_FAILURES = [
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.PoolTimeout("full"),
    httpx.RemoteProtocolError("hung up"),
    problem(408, "timeout"),
    problem(409, "idempotency_key_in_use"),
    problem(429, "rate_limited"),
    httpx.Response(502, html="<h1>Bad gateway</h1>"),
    problem(503, "overloaded"),
    problem(504, "timeout"),
]


@pytest.mark.parametrize("failure", PASSING_FAILURES, ids=repr)
async def test_a_passing_failure_is_tried_again(failure: object) -> None:
    network = ScriptedNetwork(failure, found())

    thing = await given_transport(network).get("/things/1", Thing)

    assert thing.id == "thing_1"
    assert len(network.sleeps) == 1


@pytest.mark.parametrize(
    "failure",
    [
        problem(400, "malformed_json"),
        problem(401, "invalid_token"),
        problem(403, "permission_denied"),
        problem(404, "thing_not_found"),
        problem(409, "version_conflict"),
        problem(412, "epoch_changed"),
        problem(413, "body_too_large"),
        problem(422, "validation_error"),
        problem(500, "internal_error"),
    ],
    ids=repr,
)
async def test_a_lasting_failure_is_raised_at_once(failure: httpx.Response) -> None:
    network = ScriptedNetwork(failure)

    with pytest.raises(AntonniaError):
        await given_transport(network).get("/things/1", Thing)

    assert network.sleeps == []


async def test_retries_end_after_two_by_default() -> None:
    network = ScriptedNetwork(*[problem(503, "overloaded") for _ in range(3)])

    with pytest.raises(ServerError):
        await given_transport(network).get("/things/1", Thing)

    assert len(network.requests) == 3


async def test_retries_can_be_turned_off() -> None:
    network = ScriptedNetwork(problem(503, "overloaded"))

    with pytest.raises(ServerError):
        await given_transport(network, max_retries=0).get("/things/1", Thing)

    assert len(network.requests) == 1


async def test_a_connection_that_stays_away_is_a_connection_error() -> None:
    network = ScriptedNetwork(*[httpx.ConnectError("refused") for _ in range(3)])

    with pytest.raises(APIConnectionError) as caught:
        await given_transport(network).get("/things/1", Thing)

    assert not isinstance(caught.value, APITimeoutError)
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


async def test_a_timeout_that_stays_is_a_timeout_error() -> None:
    network = ScriptedNetwork(*[httpx.ReadTimeout("slow") for _ in range(3)])

    with pytest.raises(APITimeoutError) as caught:
        await given_transport(network).get("/things/1", Thing)

    assert isinstance(caught.value.__cause__, httpx.ReadTimeout)


async def test_a_post_keeps_its_key_across_retries() -> None:
    network = ScriptedNetwork(
        httpx.ReadTimeout("slow"), problem(409, "idempotency_key_in_use"), found()
    )

    await given_transport(network).post("/things", Thing, ThingCreate(name="a"))

    keys = network.sent("idempotency-key")
    assert len(keys) == 3
    assert keys[0]
    assert len(set(keys)) == 1


async def test_two_posts_have_two_keys() -> None:
    network = ScriptedNetwork(found(), found())
    transport = given_transport(network)

    await transport.post("/things", Thing, ThingCreate(name="a"))
    await transport.post("/things", Thing, ThingCreate(name="a"))

    first, second = network.sent("idempotency-key")
    assert first != second


async def test_a_key_of_the_caller_is_sent_as_it_is() -> None:
    network = ScriptedNetwork(found())

    await given_transport(network).post(
        "/things", Thing, ThingCreate(name="a"), idempotency_key="order-7"
    )

    assert network.sent("idempotency-key") == ["order-7"]


async def test_a_post_without_a_key_is_never_sent_again() -> None:
    network = ScriptedNetwork(httpx.ReadTimeout("slow"))

    with pytest.raises(APITimeoutError):
        await given_transport(network).request("POST", "/things", ThingCreate(name="a"))

    assert len(network.requests) == 1


async def test_a_search_has_no_key_and_is_sent_again() -> None:
    network = ScriptedNetwork(problem(503, "overloaded"), httpx.Response(200, json=[]))

    page = await given_transport(network).search("/things/search", Thing, ThingSearch())

    assert page == []
    assert network.sent("idempotency-key") == [None, None]


async def test_patch_and_delete_are_sent_again() -> None:
    network = ScriptedNetwork(
        httpx.ReadTimeout("slow"), found(), httpx.ReadTimeout("slow"), httpx.Response(204)
    )
    transport = given_transport(network)

    await transport.patch("/things/1", Thing, ThingUpdate(), if_epoch=3)
    await transport.delete("/things/1")

    assert [request.method for request in network.requests] == ["PATCH"] * 2 + ["DELETE"] * 2
    assert network.sent("if-session-epoch") == ["3", "3", None, None]


async def test_a_refusal_after_a_lost_answer_names_the_lost_answer_as_its_cause() -> None:
    network = ScriptedNetwork(httpx.ReadTimeout("slow"), problem(412, "epoch_changed"))

    with pytest.raises(PreconditionFailedError) as caught:
        await given_transport(network).patch("/things/1", Thing, ThingUpdate(), if_epoch=3)

    assert isinstance(caught.value.__cause__, APITimeoutError)


async def test_a_refusal_of_the_first_try_has_no_cause() -> None:
    network = ScriptedNetwork(problem(404, "thing_not_found"))

    with pytest.raises(NotFoundError) as caught:
        await given_transport(network).delete("/things/1")

    assert caught.value.__cause__ is None


async def test_a_conflict_that_stays_is_raised() -> None:
    network = ScriptedNetwork(*[problem(409, "idempotency_key_in_use") for _ in range(3)])

    with pytest.raises(ConflictError) as caught:
        await given_transport(network).post("/things", Thing, ThingCreate(name="a"))

    assert caught.value.code == "idempotency_key_in_use"


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_in_seconds_is_obeyed(status: int) -> None:
    refused = httpx.Response(status, headers={"Retry-After": "7"})
    network = ScriptedNetwork(refused, found())

    await given_transport(network).get("/things/1", Thing)

    assert network.sleeps == [7.0]


async def test_retry_after_as_a_date_is_obeyed() -> None:
    in_half_a_minute = datetime.now(timezone.utc) + timedelta(seconds=30)
    header = format_datetime(in_half_a_minute, usegmt=True)
    network = ScriptedNetwork(httpx.Response(429, headers={"Retry-After": header}), found())

    await given_transport(network).get("/things/1", Thing)

    assert 25 < network.sleeps[0] <= 30


async def test_retry_after_in_the_body_is_obeyed() -> None:
    network = ScriptedNetwork(problem(429, "rate_limited", retry_after=3), found())

    await given_transport(network).get("/things/1", Thing)

    assert network.sleeps == [3.0]


async def test_a_very_long_retry_after_is_cut_to_a_minute_and_told_in_full() -> None:
    refused = [httpx.Response(429, headers={"Retry-After": "3600"}) for _ in range(2)]
    network = ScriptedNetwork(*refused)

    with pytest.raises(RateLimitError) as caught:
        await given_transport(network, max_retries=1).get("/things/1", Thing)

    assert network.sleeps == [60.0]
    assert caught.value.retry_after == 3600.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        ("-5", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("9" * 400, None),
        ("Thu, 01 Jan 99999999999 00:00:00 GMT", None),
        ("Thu, 01 Jan 10000 00:00:00 +99999999999999999999", None),
    ],
)
def test_retry_after_reads_numbers_and_dates_and_nothing_else(value: str, seconds: float) -> None:
    assert parse_retry_after(value, now=60.0) == seconds


def test_backoff_is_jittered_from_nothing_to_a_doubling_limit() -> None:
    error = ServerError("overloaded", status_code=503)

    for retries_done, limit in [(0, 0.5), (1, 1.0), (4, 8.0), (5000, 8.0)]:
        delays = [delay_seconds(retries_done, error) for _ in range(500)]
        assert 0 <= min(delays) < limit * 0.1
        assert limit * 0.9 < max(delays) <= limit
