"""What a body may be, at the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from given_platform import SESSIONS, given_message, given_session, problem_of
from in_process import RecordedEvents

from antonnia.conversations import Conversations

MEBIBYTE = 1024 * 1024


def body_with(metadata: str) -> bytes:
    return b'{"contact_id":"c","contact_name":"C","metadata":' + metadata.encode() + b"}"


def nested(depth: int, inside: str = "1") -> str:
    """An object of that many levels."""
    return '{"a":' * depth + inside + "}" * depth


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"}",
        b"nonsense",
        b" ",
        b"{'contact_id': 'c'}",
        b'{"contact_id": "c",}',
        b'{"contact_id": "c"} {}',
        b'\xef\xbb\xbf{"contact_id": "c", "contact_name": "C"}',
        b'\xef\xbb\xbf{"contact_id": "c", "contact_name": "\\u0041"}',
        b'{"contact_id": "\xff", "contact_name": "C"}',
        b'{"contact_id": "\xff", "contact_name": "\\u0041"}',
        b'{"contact_id": "\xed\xa0\x80", "contact_name": "C"}',
        b'{"contact_id": "a\x00b", "contact_name": "C"}',
        b'{"contact_id": "c", "contact_name": "\\u12"}',
        b'{"contact_id": "c", "contact_name": "C", "metadata": {"a": 01}}',
        b'{"contact_id": "c", "contact_name": "C", "metadata": {"a": .5}}',
        '{"contact_id": "c", "contact_name": "C"}'.encode("utf-16"),
        b"[" * 100_000,
        b'"\\u0041"' + b"[" * 100_000,
    ],
    ids=lambda raw: raw[:40].decode("ascii", "backslashreplace"),
)
async def test_what_is_not_json_in_utf_8_is_malformed(
    http: httpx.AsyncClient, events: RecordedEvents, raw: bytes
) -> None:
    response = await http.post(SESSIONS, content=raw)

    assert problem_of(response) == (400, "malformed_json")
    assert events.all() == []


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "1E+400",
        "9223372036854775808",
        "-9223372036854775809",
        "1" * 400,
        "1" * 5000,
        "1" * 400 + ".5",
    ],
    ids=lambda value: value[:24],
)
@pytest.mark.parametrize("place", ['{"a": %s}', '{"a": [{"b": [%s]}]}', '{"a": %s, "a": 1}'])
async def test_a_number_that_cannot_be_stored_is_refused(
    http: httpx.AsyncClient, events: RecordedEvents, place: str, value: str
) -> None:
    response = await http.post(SESSIONS, content=body_with(place % value))

    assert problem_of(response) == (422, "validation_error")
    assert len(response.json()["detail"]) < 200
    assert events.all() == []


@pytest.mark.parametrize(
    "value",
    [
        "9223372036854775807",
        "-9223372036854775808",
        "1e308",
        "-1e308",
        "5e-324",
        "1e-999",
        "0.1",
        "12345678901234567.5",
        "-0.0",
    ],
)
async def test_a_number_that_can_be_stored_comes_back(http: httpx.AsyncClient, value: str) -> None:
    response = await http.post(SESSIONS, content=body_with(f'{{"a": {value}}}'))

    session = await http.get(f"{SESSIONS}/{response.json()['id']}")
    assert repr(session.json()["metadata"]["a"]) == repr(json.loads(value))


@pytest.mark.parametrize("text", ["\\u0000", "a\\u0000b", "\\ud800", "\\udfff", "\\ude00\\ud83d"])
@pytest.mark.parametrize(
    ("place", "loc"),
    [
        ('{"contact_id": "%s", "contact_name": "C"}', ["body", "contact_id"]),
        ('{"contact_id": "c", "contact_name": "%s"}', ["body", "contact_name"]),
        (
            '{"contact_id": "c", "contact_name": "C", "metadata": {"a.b": [1, "%s"]}}',
            ["body", "metadata", "a.b", 1],
        ),
        (
            '{"contact_id": "c", "contact_name": "C", "metadata": {"a": {"%s": 1}}}',
            ["body", "metadata", "a"],
        ),
        ('{"contact_id": "c", "contact_name": "C", "%s": 1}', ["body"]),
    ],
)
async def test_a_text_that_cannot_be_stored_is_refused(
    http: httpx.AsyncClient,
    events: RecordedEvents,
    place: str,
    loc: list[str | int],
    text: str,
) -> None:
    response = await http.post(SESSIONS, content=(place % text).encode())

    assert problem_of(response) == (422, "validation_error")
    [error] = response.json()["errors"]
    assert error["loc"] == loc
    assert events.all() == []


@pytest.mark.parametrize("text", ["\\ud83d\\ude00", "\\u00fc", "\\\\u0000", "\\u0001", "NaN"])
async def test_a_text_that_only_looks_so_is_stored(http: httpx.AsyncClient, text: str) -> None:
    raw = f'{{"contact_id": "c", "contact_name": "{text}"}}'.encode()

    response = await http.post(SESSIONS, content=raw)

    assert response.json()["contact_name"] == json.loads(f'"{text}"')


@pytest.mark.parametrize("field", ["contact_nam", "", "Contact_id", "id", "a.b"])
async def test_a_field_that_does_not_exist_is_refused(
    http: httpx.AsyncClient, events: RecordedEvents, field: str
) -> None:
    response = await http.post(SESSIONS, json={"contact_id": "c", "contact_name": "C", field: 1})

    assert problem_of(response) == (422, "unknown_field")
    assert response.json()["errors"][0]["loc"] == ["body", field]
    assert "there is no such field" in response.json()["detail"]
    assert events.all() == []


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"5", b"null", b"true"])
async def test_a_body_that_is_no_object_is_refused(http: httpx.AsyncClient, raw: bytes) -> None:
    response = await http.post(SESSIONS, content=raw)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body"]


async def test_an_empty_body_is_an_empty_object(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)

    finished = await http.post(f"{SESSIONS}/{session.id}/finish", content=b"")
    created = await http.post(SESSIONS, content=b"")

    assert finished.status_code == 200
    assert problem_of(created) == (422, "validation_error")


async def test_of_a_key_that_is_given_twice_the_last_counts(http: httpx.AsyncClient) -> None:
    raw = b'{"contact_id": "c", "contact_name": "first", "contact_name": "last"}'

    response = await http.post(SESSIONS, content=raw)

    assert response.json()["contact_name"] == "last"


@pytest.mark.parametrize("depth", [150, 190, 250, 400, 700, 900, 990, 2000, 20_000])
@pytest.mark.parametrize("inside", ["1", '"\\u0041"'])
async def test_a_body_nested_too_deeply_is_refused(
    http: httpx.AsyncClient, events: RecordedEvents, inside: str, depth: int
) -> None:
    response = await http.post(SESSIONS, content=body_with(nested(depth, inside)))

    assert problem_of(response) in [(400, "malformed_json"), (422, "validation_error")]
    assert events.all() == []


@pytest.mark.parametrize("depth", [1, 15, 16])
async def test_metadata_may_have_16_levels(http: httpx.AsyncClient, depth: int) -> None:
    response = await http.post(SESSIONS, content=body_with(nested(depth)))

    assert response.status_code == 201
    assert response.json()["metadata"] == json.loads(nested(depth))


@pytest.mark.parametrize("inside", ["1", "[]"])
async def test_metadata_of_17_levels_is_refused(http: httpx.AsyncClient, inside: str) -> None:
    depth = 17 if inside == "1" else 16

    response = await http.post(SESSIONS, content=body_with(nested(depth, inside)))

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["errors"][0]["loc"] == ["body", "metadata"]


def metadata_of(size: int) -> dict[str, str]:
    """An object that is encoded in that many bytes."""
    return {"a": "ü" * ((size - 8) // 2) + "x" * (size % 2)}


@pytest.mark.parametrize(("size", "status"), [(65_535, 201), (65_536, 201), (65_537, 422)])
async def test_metadata_may_have_64_kib(http: httpx.AsyncClient, size: int, status: int) -> None:
    metadata = metadata_of(size)
    assert len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()) == size

    body = {"contact_id": "c", "contact_name": "C", "metadata": metadata}
    response = await http.post(SESSIONS, json=body)

    assert response.status_code == status


async def test_an_update_of_metadata_has_the_same_limits(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    path = f"{SESSIONS}/{session.id}"

    for metadata in [json.loads(nested(17)), metadata_of(65_537)]:
        for body in [{"metadata": metadata}, {"fields": {"metadata": metadata}}]:
            response = await http.patch(path, json=body)

            assert problem_of(response) == (422, "validation_error")


def body_of(size: int) -> bytes:
    """A body of that many bytes, most of them blanks."""
    raw = b'{"contact_id": "c", "contact_name": "C"'
    return raw + b" " * (size - len(raw) - 1) + b"}"


async def test_a_body_may_have_one_mebibyte(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, content=body_of(MEBIBYTE))

    assert response.status_code == 201


async def test_a_larger_body_is_refused(http: httpx.AsyncClient, events: RecordedEvents) -> None:
    response = await http.post(SESSIONS, content=body_of(MEBIBYTE + 1))

    assert problem_of(response) == (413, "body_too_large")
    assert events.all() == []


async def pieces(raw: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), 65_536):
        yield raw[start : start + 65_536]


async def test_a_body_may_come_in_pieces_without_a_length(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, content=pieces(body_of(MEBIBYTE)))

    assert "content-length" not in response.request.headers
    assert response.status_code == 201


async def test_a_larger_body_in_pieces_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post(SESSIONS, content=pieces(body_of(MEBIBYTE + 1)))

    assert problem_of(response) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["1048577", "99999999999999999999"])
async def test_a_body_that_says_it_is_larger_is_not_read(
    http: httpx.AsyncClient, length: str
) -> None:
    response = await http.post(SESSIONS, content=b"{}", headers={"content-length": length})

    assert problem_of(response) == (413, "body_too_large")


@pytest.mark.parametrize("depth", [10, 100, 150, 180, 190, 195, 199])
async def test_a_deep_template_is_stored_or_refused_but_never_an_error(
    client: Conversations, http: httpx.AsyncClient, depth: int
) -> None:
    session = await given_session(client)
    content = '{"type":"text","text":"Hi","template_parameters":' + nested(depth) + "}"
    path = f"{SESSIONS}/{session.id}/messages"

    response = await http.post(path, content=b'{"content":' + content.encode() + b"}")

    assert response.status_code in (201, 400, 422)
    if response.status_code == 201:
        read = await http.get(f"{path}/{response.json()['id']}")
        found = await http.post(f"{path}/search")
        assert read.json()["content"]["template_parameters"] == json.loads(nested(depth))
        assert found.status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
async def test_the_content_type_does_not_matter(
    http: httpx.AsyncClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    raw = b'{"contact_id": "c", "contact_name": "C"}'

    response = await http.post(SESSIONS, content=raw, headers=headers)

    assert response.status_code == 201


async def test_a_message_cannot_carry_what_cannot_be_stored(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    session = await given_session(client)
    await given_message(client, session)

    for text in ["\\u0000", "\\ud800"]:
        raw = b'{"content": {"type": "text", "text": "%s"}}' % text.encode()
        response = await http.post(f"{SESSIONS}/{session.id}/messages", content=raw)

        assert problem_of(response) == (422, "validation_error")
        assert response.json()["errors"][0]["loc"] == ["body", "content", "text"]


async def test_very_many_mistakes_are_counted_and_not_named(http: httpx.AsyncClient) -> None:
    body = {str(number): 1 for number in range(50_000)}

    response = await http.post(SESSIONS, json=body)

    assert problem_of(response) == (422, "validation_error")
    assert response.json()["detail"] == (
        "The body has 50,002 invalid fields, too many to name them."
    )
    assert "errors" not in response.json()
