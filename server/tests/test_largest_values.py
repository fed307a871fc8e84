"""The largest values that callers may give are taken, whatever index they stand in.

PostgreSQL takes 2,704 bytes into a row of an index. It compresses what it can, so these are of
characters of four bytes, in no order.
"""

from __future__ import annotations

import random

from given_platform import given_message
from in_process import Server

from antonnia.conversations import Conversations
from antonnia.orchestrator import Orchestrator
from antonnia_server.orchestrator.knowledge import service as knowledge
from antonnia_server.orchestrator.knowledge.reading import read_entries

# Rare Han.
_AMONG = (0x20000, 0x2A6DF)


def incompressible(characters: int) -> str:
    chance = random.Random(characters)
    return "".join(chr(chance.randint(*_AMONG)) for _ in range(characters))


async def test_ids_of_the_caller(client: Conversations) -> None:
    largest = incompressible(255)

    session = await client.sessions.create(largest, largest)
    again = await client.sessions.create(largest, largest)
    message = await given_message(
        client, session, provider_message_id=largest, replied_provider_message_id=largest
    )
    agent = await client.agents.create(largest, "human", profile_id=largest)

    assert session.contact_id == again.contact_id == largest
    assert message.provider_message_id == largest
    assert agent.profile_id == largest
    found = await client.sessions.search(contact_id=largest)
    assert {each.id for each in found} == {session.id, again.id}


async def test_metadata(client: Conversations) -> None:
    largest = {incompressible(255): incompressible(10_000)}

    session = await client.sessions.create("contact", "Contact", metadata=largest)

    found = await client.sessions.search(metadata=largest)
    assert [each.id for each in found] == [session.id]


async def test_the_name_of_a_base(orchestrator: Orchestrator) -> None:
    largest = incompressible(255)

    base = await orchestrator.knowledge.create(largest)

    assert base.name == largest


async def test_a_heading_of_a_file_with_a_long_name(server: Server) -> None:
    heading, file_name = incompressible(5000), incompressible(60) + ".md"
    entries = read_entries(file_name, f"# {heading}\n\nText.\n\n# {heading}\n\nMore.\n".encode())

    result = await server.db.write(
        knowledge.import_entries, server.caller, server.ours.knowledge_id, file_name, entries
    )

    assert result.added == 2
