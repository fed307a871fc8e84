from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from given_platform import given_session
from in_process import Server

from antonnia.conversations import Conversations

Document = dict[str, Any]


@pytest.fixture
async def document(http: httpx.AsyncClient) -> Document:
    found: Document = (await http.get("/openapi.json")).json()
    return found


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def found_at(document: Document, reference: str) -> Any:
    assert reference.startswith("#/")
    place: Any = document
    for key in reference[2:].split("/"):
        place = place[key]
    return place


async def test_every_reference_leads_somewhere(document: Document) -> None:
    led = {reference: found_at(document, reference) for reference in references(document)}

    assert len(led) > 20
    assert all(isinstance(schema, dict) for schema in led.values())


async def test_every_operation_of_the_contract_is_there(document: Document) -> None:
    described = {f"{method.upper()} {path}" for method, path, _ in operations(document)}
    prefix = "/conversations/v2"
    session, message = f"{prefix}/sessions/{{session_id}}", "messages/{message_id}"

    assert {
        f"POST {prefix}/sessions",
        f"GET {session}",
        f"PATCH {session}",
        f"POST {session}/transfer",
        f"POST {session}/finish",
        f"POST {session}/reply",
        f"POST {prefix}/sessions/search",
        f"POST {session}/messages",
        f"GET {session}/{message}",
        f"PATCH {session}/{message}",
        f"POST {session}/messages/search",
        f"POST {prefix}/messages/search",
        f"POST {prefix}/agents",
        f"GET {prefix}/agents/{{agent_id}}",
        f"PATCH {prefix}/agents/{{agent_id}}",
        f"DELETE {prefix}/agents/{{agent_id}}",
        f"POST {prefix}/agents/search",
        "GET /livez",
        "GET /readyz",
    } <= described


async def test_every_operation_of_the_orchestrator_is_there(document: Document) -> None:
    described = {f"{method.upper()} {path}" for method, path, _ in operations(document)}
    prefix = "/orchestrator/v1"
    base, assistant = (
        f"{prefix}/knowledge/{{knowledge_id}}",
        f"{prefix}/assistants/{{assistant_id}}",
    )

    assert {
        f"POST {prefix}/assistants",
        f"GET {assistant}",
        f"PATCH {assistant}",
        f"DELETE {assistant}",
        f"POST {prefix}/assistants/search",
        f"POST {prefix}/knowledge",
        f"POST {prefix}/knowledge/search",
        f"GET {base}",
        f"PATCH {base}",
        f"DELETE {base}",
        f"POST {base}/search",
        f"POST {base}/decide",
        f"POST {base}/entries",
        f"POST {base}/entries/search",
        f"GET {base}/entries/{{entry_id}}",
        f"PATCH {base}/entries/{{entry_id}}",
        f"DELETE {base}/entries/{{entry_id}}",
        f"POST {base}/gaps/search",
        f"GET {base}/gaps/{{gap_id}}",
        f"POST {base}/gaps/{{gap_id}}/answer",
        f"POST {base}/gaps/{{gap_id}}/dismiss",
        f"GET {prefix}/runs/{{run_id}}",
        f"GET {prefix}/runs/{{run_id}}/steps",
    } == {each for each in described if f" {prefix}/" in each}


async def test_paths_without_their_prefix_are_kept_out(document: Document) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/sessions", "/agents"))]


async def test_every_route_documents_its_errors_as_problems(document: Document) -> None:
    for method, path, operation in operations(document):
        if not path.startswith(("/conversations", "/orchestrator")):
            continue
        expected = {"401", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"400", "413", "422"} if "requestBody" in operation else set()
        errors = {status for status in operation["responses"] if status >= "400"}
        assert expected <= errors, f"{method} {path}"
        for status in errors:
            [content] = operation["responses"][status]["content"].items()
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            assert content == ("application/problem+json", problem), f"{method} {path} {status}"


async def test_every_route_has_an_answer_a_summary_and_a_name_of_its_own(
    document: Document,
) -> None:
    names = [operation["operationId"] for *_, operation in operations(document)]

    assert len(set(names)) == len(names)
    for method, path, operation in operations(document):
        assert operation["summary"], f"{method} {path}"
        assert [status for status in operation["responses"] if status < "300"], f"{method} {path}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/conversations/v2/sessions", "201"),
        ("get", "/conversations/v2/sessions/{session_id}", "200"),
        ("post", "/conversations/v2/sessions/{session_id}/messages", "201"),
        ("delete", "/conversations/v2/agents/{agent_id}", "204"),
    ],
)
async def test_a_success_has_the_status_of_the_contract(
    document: Document, method: str, path: str, status: str
) -> None:
    assert status in document["paths"][path][method]["responses"]


async def test_a_token_is_asked_for(document: Document) -> None:
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


async def test_only_what_asks_for_no_token_says_so(document: Document) -> None:
    public = {path for _, path, operation in operations(document) if "security" in operation}
    errors = {
        path: {status for status in document["paths"][path]["get"]["responses"] if status >= "400"}
        for path in public
    }

    assert errors == {"/livez": set(), "/metrics": set(), "/readyz": {"503"}}
    assert all(document["paths"][path]["get"]["security"] == [] for path in public)


async def test_paths_answer_without_their_prefix_too(
    client: Conversations, http: httpx.AsyncClient
) -> None:
    created = await http.post("/sessions", json={"contact_id": "c", "contact_name": "C"})
    path = f"/sessions/{created.json()['id']}"
    content = {"type": "text", "text": "Hi"}

    posted = await http.post(f"{path}/messages", json={"content": content})

    assert (created.status_code, posted.status_code) == (201, 201)
    answers = [
        await http.get(path),
        await http.patch(path, json={"metadata": {"a": 1}}),
        await http.get(f"{path}/messages/{posted.json()['id']}"),
        await http.post(f"{path}/messages/search"),
        await http.post("/messages/search"),
        await http.post("/agents/search"),
        await http.post(f"{path}/reply"),
        await http.post(f"{path}/transfer", json={"agent_id": None}),
        await http.post(f"{path}/finish"),
    ]
    assert {answer.status_code for answer in answers} == {200}


async def test_a_base_url_may_end_in_the_prefix(server: Server, client: Conversations) -> None:
    session = await given_session(client)
    url = "http://antonnia.test/conversations/v2"

    async with Conversations(server.ours.token, url, http_client=server.http()) as same:
        assert await same.sessions.get(session.id) == session
