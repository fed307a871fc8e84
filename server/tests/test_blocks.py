"""The blocks behind the search for sessions: with them it finds what it would find without."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from given_platform import given_person, plan_of_search
from in_process import Clock, Server

from antonnia.conversations import Conversations
from antonnia.conversations.types import (
    SessionCreate,
    SessionFinish,
    SessionSearch,
    SessionTransfer,
    SessionUpdate,
)
from antonnia_server.clock import SECOND, to_datetime
from antonnia_server.conversations import service
from antonnia_server.conversations.metadata import indexed_value, leaves
from antonnia_server.conversations.storage import sealing
from antonnia_server.conversations.storage.blocks import SIZE
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

pytestmark = pytest.mark.sqlite_only
# Two full blocks, and a tail; a block is sealed as soon as a session happens to look.
COUNT = 2 * SIZE + SIZE // 2
# No larger number is taken.
LARGEST = 2**63 - 1


# Sessions of different blocks that share rare values; one of these is frequent later on.
FIVES = (11, SIZE + 21)


def metadata_of(number: int, draw: random.Random) -> dict[str, Any]:
    if number in FIVES:
        return {"left": True, "rarely": 5, "late": True}
    left, right = draw.choice([True, False]), draw.choice([True, False])
    return {
        "user": {"id": number},
        "left": left,
        "right": right,
        # Each of the three is frequent, two of them meet, all three never do.
        "neither": not (left and right),
        "tags": draw.sample(["a", "b", "c"], 2),
        "rarely": draw.randrange(COUNT // 3),
        **({"late": True} if number > SIZE + 5 else {}),
    }


def create_sessions(tx: Transaction, caller: Caller, agent_ids: list[str]) -> None:
    draw = random.Random(4)
    first = tx.now - COUNT * SECOND
    for number in range(COUNT):
        # A few of the same moment, so that the order of their ids counts too.
        tx.now = first + number // 3 * 3 * SECOND
        body = SessionCreate(
            contact_id=f"contact_{number % 50}",
            contact_name="Jane",
            agent_id=draw.choice(agent_ids),
            status=draw.choice(["open", "closed"]),
            metadata=metadata_of(number, draw) if number % 7 else {},
        )
        service.create_session(tx, caller, body)


@pytest.fixture
async def many(client: Conversations, server: Server, clock: Clock) -> Server:
    """A server with many sessions, of which the older ones lie in blocks."""
    people = [(await given_person(client, name)).id for name in ("Ana", "Ben")]
    await server.db.write(create_sessions, server.caller, people)
    await clock.settle()
    assert len(sealed_blocks(server)) == 2
    return server


def sealed_blocks(server: Server) -> list[int]:
    return [row["number"] for row in server.rows("session_blocks") if row["is_sealed"]]


ONE = {"left": True}
TWO = {"left": True, "right": False}
NEVER = {"left": True, "right": True, "neither": True}
SEARCHES: list[dict[str, Any]] = [
    {"metadata": metadata, **filters}
    for metadata, filters in itertools.product(
        [
            {},
            ONE,
            TWO,
            NEVER,
            {"tags": "a", "left": True},
            {"late": True, "left": True},
            {"rarely": 5, "left": True},
            {"absent": 1, "left": True},
        ],
        [
            {},
            {"agent_id": None},
            {"agent_id": "Ana", "status": "closed"},
            {"contact_id": "contact_3", "status": "open"},
        ],
    )
]


async def check(server: Server) -> None:
    """Each search finds what a look at every session finds: at once, in part, and by pages."""
    stored = server.rows("sessions", organization_id=server.ours.id)
    stored.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
    terms = {row["id"]: leaves(row["metadata"]) for row in stored}
    ana = next(row["id"] for row in server.rows("agents") if row["name"] == "Ana")
    for number, search in enumerate(SEARCHES):
        wanted = search | ({"agent_id": ana} if search.get("agent_id") == "Ana" else {})
        asked = {(path, indexed_value(value)) for path, value in wanted["metadata"].items()}
        columns = wanted.keys() - {"metadata"}
        expected = [
            row["id"]
            for row in stored
            if asked <= terms[row["id"]] and all(row[name] == wanted[name] for name in columns)
        ]
        offset = number * 131 % (len(expected) + 2)
        assert await found(server, wanted, limit=1000) == expected[:1000], search
        assert await found(server, wanted, offset=offset) == expected[offset : offset + 100], search
        assert await found(server, wanted, offset=LARGEST) == [], search
        assert await by_cursor(server, wanted) == expected, search


async def found(server: Server, wanted: dict[str, Any], **page: Any) -> list[str]:
    body = SessionSearch(**wanted, **page)
    listing = await server.db.read(service.search_sessions, server.caller, body)
    return [session.id for session in listing.items]


async def by_cursor(server: Server, wanted: dict[str, Any]) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        body = SessionSearch(**wanted, limit=700, cursor=cursor)
        listing = await server.db.read(service.search_sessions, server.caller, body)
        ids += [session.id for session in listing.items]
        cursor = listing.next_cursor
        if cursor is None:
            return ids


def some_ids(server: Server, *, every: int) -> list[str]:
    return sorted(row["id"] for row in server.rows("sessions"))[::every]


async def test_it_finds_the_same_as_without_blocks(many: Server) -> None:
    await check(many)


async def test_the_bounds_of_creation_hold_within_a_block(many: Server) -> None:
    stored = sorted(many.rows("sessions"), key=lambda row: (row["created_at"], row["id"]))
    first, last = stored[SIZE // 2]["created_at"], stored[SIZE + 9]["created_at"]
    expected = [
        row["id"]
        for row in reversed(stored)
        if first < row["created_at"] < last and leaves(TWO) <= leaves(row["metadata"])
    ]

    body = {"created_after": to_datetime(first), "created_before": to_datetime(last)}
    assert await found(many, {"metadata": TWO}, **body, limit=1000) == expected
    nothing = {"created_after": to_datetime(last), "created_before": to_datetime(first)}
    assert await found(many, {"metadata": TWO}, **nothing) == []


def change_all(change: Callable[[Transaction, Caller, str], object]) -> Any:
    def work(tx: Transaction, caller: Caller, ids: list[str]) -> None:
        for session_id in ids:
            change(tx, caller, session_id)

    return work


def finish(tx: Transaction, caller: Caller, session_id: str) -> None:
    service.finish_session(tx, caller, session_id, SessionFinish())


def change_metadata(tx: Transaction, caller: Caller, session_id: str) -> None:
    metadata = {"left": True, "right": True, "neither": True, "new": session_id, "tags": []}
    service.update_session(tx, caller, session_id, SessionUpdate(metadata=metadata))


def remove_metadata(tx: Transaction, caller: Caller, session_id: str) -> None:
    service.update_session(tx, caller, session_id, SessionUpdate(metadata={}))


@pytest.mark.parametrize("change", [finish, change_metadata, remove_metadata])
async def test_it_follows_changes_of_sealed_sessions(
    many: Server, change: Callable[[Transaction, Caller, str], object]
) -> None:
    before = await found(many, {"metadata": NEVER})

    await many.db.write(change_all(change), many.caller, some_ids(many, every=13))

    after = await found(many, {"metadata": NEVER}, limit=1000)
    assert before == []
    assert (len(after) > 100) == (change is change_metadata)
    await check(many)


async def test_it_follows_who_holds_a_session(many: Server) -> None:
    def let_go(tx: Transaction, caller: Caller, session_id: str) -> None:
        if service.get_session(tx, caller, session_id).status == "open":
            service.transfer_session(tx, caller, session_id, SessionTransfer(agent_id=None))

    await many.db.write(change_all(let_go), many.caller, some_ids(many, every=5))

    assert len(await found(many, {"metadata": ONE, "agent_id": None})) == 100
    await check(many)


async def test_a_change_that_is_rolled_back_leaves_the_blocks_as_they_were(many: Server) -> None:
    class Refused(Exception):
        pass

    def change_and_refuse(tx: Transaction, caller: Caller, ids: list[str]) -> None:
        change_all(change_metadata)(tx, caller, ids)
        raise Refused

    before = many.rows("session_block_bits")

    with pytest.raises(Refused):
        await many.db.write(change_and_refuse, many.caller, some_ids(many, every=13))

    assert many.rows("session_block_bits") == before


async def test_a_value_that_was_rare_may_become_frequent(many: Server) -> None:
    """Its first sessions, in sealed blocks, are found beside those that come by the hundred."""

    def mark(tx: Transaction, caller: Caller, session_id: str) -> None:
        metadata = {"left": True, "rarely": 5}
        service.update_session(tx, caller, session_id, SessionUpdate(metadata=metadata))

    await many.db.write(change_all(mark), many.caller, some_ids(many, every=4))

    assert len(await found(many, {"metadata": {"rarely": 5, "left": True}}, limit=1000)) > 500
    await check(many)


@pytest.mark.parametrize(("number", "left_sealed"), [(SIZE // 2, []), (SIZE + SIZE // 2, [0])])
async def test_a_session_of_the_past_opens_the_blocks_after_it(
    many: Server, clock: Clock, number: int, left_sealed: list[int]
) -> None:
    """As it comes about when the machine's clock is set back."""
    oldest = min(row["created_at"] for row in many.rows("sessions"))

    def create_late(tx: Transaction, caller: Caller) -> str:
        tx.now = oldest + number * SECOND
        body = SessionCreate(contact_id="late", contact_name="Jane", metadata=NEVER)
        return service.create_session(tx, caller, body).id

    late = await many.db.write(create_late, many.caller)

    assert sealed_blocks(many) == left_sealed
    assert await found(many, {"metadata": NEVER}) == [late]
    await check(many)
    # Any of the next sessions has them sealed anew.
    await many.db.write(create_sessions, many.caller, [many.ours.agent_id])
    await clock.settle()
    assert len(sealed_blocks(many)) == 5
    await check(many)


async def test_blocks_that_are_open_again_do_not_hide_those_sealed_since(
    many: Server, clock: Clock
) -> None:
    """Of an opened block the members keep numbers that are lower, though they come later."""
    stored = sorted(many.rows("sessions"), key=lambda row: (row["created_at"], row["id"]))
    oldest = stored[0]["created_at"]

    def create(tx: Transaction, caller: Caller, now: int | None) -> None:
        tx.now = tx.now if now is None else now
        body = SessionCreate(contact_id="late", contact_name="Jane", metadata=NEVER)
        service.create_session(tx, caller, body)

    await many.db.write(create, many.caller, oldest + SIZE // 2 * SECOND)
    # So few that what one session has moved out of the blocks waits for the next one.
    while not sealed_blocks(many):
        await many.db.write(create, many.caller, None)
        await clock.settle()

    assert sealed_blocks(many) == [2, 3]
    await check(many)
    for number in (SIZE // 4, SIZE + SIZE // 4, 2 * SIZE + SIZE // 4):
        after = stored[number]["created_at"]
        expected = [
            row["id"]
            for row in reversed(stored)
            if row["created_at"] > after and leaves(TWO) <= leaves(row["metadata"])
        ]
        body = {"created_after": to_datetime(after), "limit": 1000}
        assert await found(many, {"metadata": TWO}, **body) == expected


async def test_what_lies_in_the_time_to_come_is_not_sealed(many: Server) -> None:
    """The clock was set back by an hour: each session until then would open it again."""
    oldest = min(row["created_at"] for row in many.rows("sessions"))

    def create_and_seal(tx: Transaction, caller: Caller) -> None:
        for number in range(50):
            tx.now = oldest + SIZE // 2 * SECOND + number
            body = SessionCreate(contact_id="late", contact_name="Jane", metadata=NEVER)
            service.create_session(tx, caller, body)
            while sealing.can_seal(tx, caller):
                sealing.seal_block(tx, caller)

    await many.db.write(create_and_seal, many.caller)

    assert len(many.rows("session_blocks")) == 2
    assert sealed_blocks(many) == []
    await check(many)


async def test_one_organization_does_not_see_the_blocks_of_another(many: Server) -> None:
    theirs = Caller(many.theirs.id)

    body = SessionSearch(metadata=TWO, status="open")
    listing = await many.db.read(service.search_sessions, theirs, body)

    assert listing.items == []


async def test_every_step_of_a_search_by_blocks_uses_an_index(many: Server) -> None:
    body = SessionSearch(metadata=NEVER, status="open")

    steps = await many.db.read(plan_of_search, many.caller, body)

    assert any("session_block_bits USING PRIMARY KEY" in step for step in steps)
    bounded = "SEARCH session_block_members USING PRIMARY KEY"
    assert any(step.startswith(bounded) and "created_at" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]


async def test_a_block_of_large_metadata_ends_early(
    client: Conversations, server: Server, clock: Clock
) -> None:
    """To seal a whole one would hold up every write for seconds."""

    def create(tx: Transaction, caller: Caller) -> None:
        for number in range(2 * SIZE):
            metadata = {f"key_{key}": number for key in range(500 if number < 40 else 0)}
            body = SessionCreate(contact_id="contact", contact_name="Jane", metadata=metadata)
            service.create_session(tx, caller, body)

    await server.db.write(create, server.caller)
    await clock.settle()

    members = [row["number"] // SIZE for row in server.rows("session_block_members")]
    assert members.count(0) < 40
    assert len(members) > SIZE
    assert len(await found(server, {"metadata": {"key_1": 7, "key_2": 7}})) == 1
