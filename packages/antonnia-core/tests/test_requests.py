import logging
import re

import httpx
import pytest
from scripted_network import ScriptedNetwork, given_transport, problem
from things import Thing, ThingCreate

from antonnia.core import AntonniaError, Transport, ValidationError, path_of
from antonnia.core.urls import service_url


def found() -> httpx.Response:
    return httpx.Response(200, json={"id": "thing_1", "added_later": 1})


async def test_a_request_carries_token_and_versions() -> None:
    network = ScriptedNetwork(found())

    await given_transport(network).get("/things/1", Thing)

    headers = network.requests[0].headers
    assert headers["authorization"] == "Bearer tok_secret"
    assert headers["accept"] == "application/json"
    assert re.match(r"antonnia-python/3\.0\.0 Python/3\.\d+ ", headers["user-agent"])
    assert "content-type" not in headers
    assert "if-session-epoch" not in headers


async def test_a_body_is_json() -> None:
    network = ScriptedNetwork(found())

    await given_transport(network).post("/things", Thing, ThingCreate(name="é"), if_epoch=0)

    request = network.requests[0]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["if-session-epoch"] == "0"
    assert request.content == '{"name":"é"}'.encode()


@pytest.mark.parametrize(
    ("segment", "sent"),
    [
        ("../agents/1", b"/things/v1/things/..%2Fagents%2F1"),
        ("a/b?c#d", b"/things/v1/things/a%2Fb%3Fc%23d"),
        ("50%2F", b"/things/v1/things/50%252F"),
        ("%2e%2e", b"/things/v1/things/%252e%252e"),
        ("a b+é", b"/things/v1/things/a%20b%2B%C3%A9"),
        ("...", b"/things/v1/things/..."),
        ("\r\nX: 1", b"/things/v1/things/%0D%0AX%3A%201"),
    ],
)
async def test_an_id_stays_one_segment_of_the_path(segment: str, sent: bytes) -> None:
    network = ScriptedNetwork(found())

    await given_transport(network).get(path_of("things", segment), Thing)

    assert network.requests[0].url.raw_path == sent


@pytest.mark.parametrize("segment", ["", ".", "..", None, 7, "\ud800"])
def test_what_cannot_be_a_segment_is_refused(segment: str) -> None:
    with pytest.raises(ValidationError, match="is not an id"):
        path_of("things", segment)


@pytest.mark.parametrize("key", ["", "a b", "é", "a\n", "k" * 256])
async def test_an_idempotency_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="idempotency key"):
        await given_transport(ScriptedNetwork()).post(
            "/things", Thing, ThingCreate(name="a"), idempotency_key=key
        )


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.test", "https://api.test/things/v1"),
        ("https://api.test///", "https://api.test/things/v1"),
        ("https://api.test/things/v1", "https://api.test/things/v1"),
        ("https://api.test/things/v1/", "https://api.test/things/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/things/v1"),
        ("https://host/antonnia", "https://host/antonnia/things/v1"),
        (None, "https://api.antonnia.com/things/v1"),
    ],
)
def test_the_prefix_of_the_service_is_added_once(
    base_url: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTONNIA_BASE_URL", raising=False)

    assert service_url(base_url, "/things/v1") == url


@pytest.mark.parametrize(
    "base_url",
    [
        "api.test",
        "ftp://api.test",
        "https:///a",
        "https://a:port",
        "https://u:p@api.test",
        "https://a/?b",
        "http://[",
    ],
)
def test_a_base_url_that_cannot_work_is_refused_without_repeating_it(base_url: str) -> None:
    with pytest.raises(AntonniaError, match="base_url") as caught:
        service_url(base_url, "/things/v1")

    assert base_url not in str(caught.value)


def test_token_and_base_url_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTONNIA_TOKEN", "tok_env\n")
    monkeypatch.setenv("ANTONNIA_BASE_URL", "http://env.test")

    transport = Transport("/things/v1")

    assert transport.url == "http://env.test/things/v1"
    assert transport.headers["Authorization"] == "Bearer tok_env"


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTONNIA_TOKEN", "tok_env")
    monkeypatch.setenv("ANTONNIA_BASE_URL", "http://env.test")

    transport = Transport("/things/v1", token="tok_given", base_url="http://given.test")

    assert transport.url == "http://given.test/things/v1"
    assert transport.headers["Authorization"] == "Bearer tok_given"


def test_no_token_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTONNIA_TOKEN", raising=False)

    with pytest.raises(AntonniaError, match="ANTONNIA_TOKEN"):
        Transport("/things/v1")


def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it() -> None:
    with pytest.raises(AntonniaError, match="token") as caught:
        Transport("/things/v1", token="tok_sécret")

    assert "sécret" not in str(caught.value)


async def test_a_given_client_keeps_its_own_timeout() -> None:
    network = ScriptedNetwork(found())
    http_client = httpx.AsyncClient(transport=network, timeout=7.0)

    await Transport("/things/v1", token="t", http_client=http_client).get("/things/1", Thing)

    assert network.requests[0].extensions["timeout"]["read"] == 7.0


@pytest.mark.parametrize("seconds", [3.0, None])
async def test_a_timeout_that_is_given_too_wins(seconds: float) -> None:
    network = ScriptedNetwork(found())
    http_client = httpx.AsyncClient(transport=network, timeout=7.0)
    transport = Transport("/things/v1", token="t", http_client=http_client, timeout=seconds)

    await transport.get("/things/1", Thing)

    assert network.requests[0].extensions["timeout"]["read"] == seconds


async def test_a_given_client_is_not_closed() -> None:
    http_client = httpx.AsyncClient(transport=ScriptedNetwork())

    await Transport("/things/v1", token="t", http_client=http_client).close()

    assert not http_client.is_closed
    await http_client.aclose()


async def test_a_closed_transport_says_so() -> None:
    transport = Transport("/things/v1", token="t")
    await transport.close()

    with pytest.raises(AntonniaError, match="closed"):
        await transport.get("/things/1", Thing)


async def test_the_log_tells_what_happened_and_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = httpx.Response(200, json={"id": "a"}, headers={"X-Request-Id": "req_2"})
    transport = given_transport(ScriptedNetwork(problem(503, "overloaded"), answer))

    await transport.get("/things/1", Thing)

    lines = [record.getMessage() for record in caplog.records if record.name == "antonnia"]
    assert re.fullmatch(r"GET /things/1: 503 in \d+ ms \(request req_1\)", lines[0])
    assert re.match(r"GET /things/1: retry 1 of 2 in \d\.\d\d s after: It did not work", lines[1])
    assert re.fullmatch(r"GET /things/1: 200 in \d+ ms \(request req_2\)", lines[2])
    assert "tok_secret" not in caplog.text
    assert "tok_secret" not in repr(transport)
