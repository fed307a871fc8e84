import httpx
import pytest
from given_conversations import AGENT, given_client
from scripted_network import ScriptedNetwork, problem

from antonnia.conversations.exceptions import APITimeoutError, NotFoundError, ValidationError
from antonnia.conversations.types import AIAgent, HumanAgent, UnknownAgent, create_agent


async def test_create_takes_the_published_positions() -> None:
    network = ScriptedNetwork(httpx.Response(201, json=AGENT))

    agent = await given_client(network).agents.create("Ana", "human", None, "p1")

    assert isinstance(agent, HumanAgent)
    assert network.bodies == [{"name": "Ana", "type": "human", "profile_id": "p1"}]
    assert network.sent("idempotency-key") != [None]


async def test_create_refuses_an_unknown_type_before_sending() -> None:
    with pytest.raises(ValidationError):
        await given_client(ScriptedNetwork()).agents.create("Ana", "robot")


async def test_get_and_update_answer_an_agent() -> None:
    network = ScriptedNetwork(httpx.Response(200, json=AGENT), httpx.Response(200, json=AGENT))
    agents = given_client(network).agents

    assert isinstance(await agents.get("agent_1"), HumanAgent)
    assert isinstance(await agents.update("agent_1", "Bea", None, "p2"), HumanAgent)

    assert network.requests[1].url.path == "/conversations/v2/agents/agent_1"
    assert network.requests[1].content == b'{"fields":{"name":"Bea","profile_id":"p2"}}'


async def test_delete_answers_nothing() -> None:
    network = ScriptedNetwork(httpx.Response(204))

    await given_client(network).agents.delete("agent_1")

    assert network.requests[0].method == "DELETE"


async def test_delete_tells_a_lost_answer_from_an_agent_that_never_was() -> None:
    network = ScriptedNetwork(httpx.ReadTimeout("slow"), problem(404, "agent_not_found"))

    with pytest.raises(NotFoundError) as caught:
        await given_client(network).agents.delete("agent_1")

    assert isinstance(caught.value.__cause__, APITimeoutError)


async def test_search_takes_the_published_positions_and_mixes_types() -> None:
    assistant = {**AGENT, "type": "ai", "assistant_id": "asst_1"}
    found = [AGENT, assistant, {**AGENT, "type": "robot"}]
    network = ScriptedNetwork(httpx.Response(200, json=found))

    agents = await given_client(network).agents.search("ai", "asst_1", "p1", 10, 0)

    assert [type(agent) for agent in agents] == [HumanAgent, AIAgent, UnknownAgent]
    assert network.bodies == [
        {"type": "ai", "assistant_id": "asst_1", "profile_id": "p1", "limit": 10, "offset": 0}
    ]


def test_create_agent_makes_the_class_of_its_type() -> None:
    assert isinstance(create_agent(AGENT), HumanAgent)
    assert isinstance(create_agent({**AGENT, "type": "robot"}), UnknownAgent)
