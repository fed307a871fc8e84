"""Any sequence of operations leaves the server's sessions as a small model says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from consistency import SILENCES, check_consistency
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from model.place import Place
from model.session_model import Holder, ModelMessage, ModelSession, Refused, is_matched
from scale import MODEL_EXAMPLES, MODEL_STEPS
from server_process import ANTONNIA_DEV, ServerProcess
from stored import Stored

from antonnia.conversations import SyncConversations
from antonnia.conversations.exceptions import APIError
from antonnia.conversations.types import Message, MessageContentText, Session

R = TypeVar("R")

KNOWN = "How do I transfer a session to a human?"
UNKNOWN = "Zebra quantum harpsichord?"
TEXTS = st.sampled_from([KNOWN, UNKNOWN, "And one more thing."])
AGENTS = st.sampled_from(["ai", "ana", "ben", None])
EPOCHS = st.sampled_from(["none"] * 6 + ["current", "past", "future"])
PAUSES = st.sampled_from([0.5, 5, 40, 40])
WAITS = st.sampled_from([0, 5, 60, 60])
METADATA = st.dictionaries(
    st.sampled_from(["plan", "tags"]), st.sampled_from(["pro", 3, 3.5, True, None, ["pro", 3]])
)

# What no run of this test may be without, and what a long one will have seen too.
EXPECTED = {"answered", "repeated", "epoch_changed", "session_closed", "no_agent", "agent_not_ai"}
EXPECTED |= {"answer None", "hand_off below_confidence", "silence nothing_unanswered"}
if MODEL_EXAMPLES >= 1_000:
    EXPECTED |= {"provider_message_id_conflict", *(f"silence {reason}" for reason in SILENCES)}


class Sessions(RuleBasedStateMachine):
    """Each step is carried out by the model and by the server, and has to end alike."""

    sessions = Bundle("sessions")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._client = place.client
        self._place = place
        self._now = place.advance(0)
        self._contact = f"contact-{uuid4()}"
        self._models: dict[str, ModelSession] = {}
        self._message_ids: dict[str, list[str]] = {}
        # Calls that succeeded, each with its idempotency key and its answer.
        self._answered: list[tuple[Callable[[], object], object]] = []

    @initialize(target=sessions, metadata=METADATA)
    def begin(self, metadata: dict[str, Any]) -> str:
        return self.create("ai", metadata, "open")

    # Few, so that much happens to each.
    @precondition(lambda self: len(self._models) < 3)
    @rule(
        target=sessions,
        agent=st.sampled_from(["ai", "ana"]),
        metadata=METADATA,
        status=st.sampled_from(["open"] * 5 + ["closed"]),
    )
    def create(self, agent: str, metadata: dict[str, Any], status: str) -> str:
        holder = self._place.agents[agent]
        key = str(uuid4())
        session = self._repeatable(
            lambda: self._client.sessions.create(
                self._contact, "Contact", holder.id, status, metadata, idempotency_key=key
            )
        )
        self._models[session.id] = ModelSession(self._contact, holder, metadata, status=status)
        self._message_ids[session.id] = []
        self._compare_session(session)
        return session.id

    @rule(
        id=sessions,
        role=st.sampled_from(["user", "user", "assistant"]),
        text=TEXTS,
        author=AGENTS,
        provider_message_id=st.sampled_from([None, None, "wamid.1", "wamid.2"]),
        epoch=EPOCHS,
    )
    def post(
        self,
        id: str,
        role: str,
        text: str,
        author: str | None,
        provider_message_id: str | None,
        epoch: str,
    ) -> None:
        agent = None if role == "user" else self._agent(author)
        model, if_epoch, key = self._models[id], self._epoch(id, epoch), str(uuid4())
        message = self._both(
            lambda: model.post(role, text, agent, provider_message_id, if_epoch),
            lambda: self._client.sessions.messages.create(
                id,
                MessageContentText(text=text),
                role,
                provider_message_id,
                agent_id=agent and agent.id,
                if_epoch=if_epoch,
                idempotency_key=key,
            ),
        )
        if message is None:
            return
        if message.id not in self._message_ids[id]:
            self._message_ids[id].append(message.id)
        place = self._message_ids[id].index(message.id)
        self._compare_message(message, place + 1, model.messages[place])

    @rule(
        id=sessions,
        which=st.integers(0, 1_000),
        statuses=st.lists(
            st.sampled_from(["sent", "delivered", "read", "failed", "rejected"]),
            min_size=1,
            max_size=3,
        ),
        epoch=EPOCHS,
    )
    def report_delivery(self, id: str, which: int, statuses: list[str], epoch: str) -> None:
        """As a channel does: late, and out of order."""
        model, if_epoch = self._models[id], self._epoch(id, epoch)
        if not model.messages:
            return
        place = which % len(model.messages)
        told, message_id = model.messages[place], self._message_ids[id][place]
        for status in statuses:
            message = self._both(
                partial(model.report_delivery, told, status, if_epoch),
                partial(
                    self._client.sessions.messages.update,
                    *(id, message_id),
                    delivery_status=status,
                    if_epoch=if_epoch,
                ),
                can_repeat=False,
            )
            if message is not None:
                self._compare_message(message, place + 1, told)

    @rule(id=sessions, to=AGENTS, auto_reply=st.booleans(), epoch=EPOCHS)
    def transfer(self, id: str, to: str | None, auto_reply: bool, epoch: str) -> None:
        agent, if_epoch, key = self._agent(to), self._epoch(id, epoch), str(uuid4())
        session = self._both(
            lambda: self._models[id].transfer(agent, auto_reply, if_epoch, self._now),
            lambda: self._client.sessions.transfer(
                id,
                agent and agent.id,
                auto_reply=auto_reply,
                if_epoch=if_epoch,
                idempotency_key=key,
            ),
        )
        self._compare_session(session)
        self._advance(0)

    @rule(id=sessions, epoch=EPOCHS)
    def finish(self, id: str, epoch: str) -> None:
        if_epoch, key = self._epoch(id, epoch), str(uuid4())
        session = self._both(
            lambda: self._models[id].finish(if_epoch),
            lambda: self._client.sessions.finish(id, if_epoch=if_epoch, idempotency_key=key),
        )
        self._compare_session(session)

    @rule(
        id=sessions,
        fields=st.fixed_dictionaries(
            {},
            optional={
                "metadata": METADATA,
                "contact_name": st.sampled_from(["Contact", "Contact the Second"]),
                "status": st.sampled_from(["open", "open", "closed"]),
                "agent": AGENTS,
            },
        ),
        epoch=EPOCHS,
    )
    def update(self, id: str, fields: dict[str, Any], epoch: str) -> None:
        """Also how a session is reopened."""
        if_epoch, wanted, sent = self._epoch(id, epoch), dict(fields), dict(fields)
        if "agent" in fields:
            agent = wanted["agent"] = self._agent(sent.pop("agent"))
            sent["agent_id"] = agent and agent.id
        session = self._both(
            lambda: self._models[id].update(wanted, if_epoch),
            lambda: self._client.sessions.update(id, sent, if_epoch=if_epoch),
            can_repeat=False,
        )
        self._compare_session(session)

    @rule(id=sessions, wait=WAITS, epoch=EPOCHS)
    def reply(self, id: str, wait: int, epoch: str) -> None:
        if_epoch, key = self._epoch(id, epoch), str(uuid4())
        session = self._both(
            lambda: self._models[id].reply(wait, if_epoch, self._now),
            lambda: self._client.sessions.reply(
                id, debounce_time=wait, if_epoch=if_epoch, idempotency_key=key
            ),
        )
        self._compare_session(session)
        self._advance(0)

    @rule(
        id=sessions,
        burst=st.lists(st.tuples(TEXTS, WAITS, PAUSES), min_size=1, max_size=3),
        gives_to_ai=st.booleans(),
    )
    def ask(self, id: str, burst: list[tuple[str, int, float]], gives_to_ai: bool) -> None:
        """As a channel does: every message of the contact is followed by a reply."""
        if gives_to_ai:
            self.update(id, {"status": "open", "agent": "ai"}, "none")
        for text, wait, pause in burst:
            self.post(id, "user", text, None, None, "none")
            self.reply(id, wait, "none")
            self._advance(pause)

    @rule(seconds=PAUSES)
    def wait(self, seconds: float) -> None:
        self._advance(seconds)

    @rule(which=st.integers(0, 1_000_000))
    def repeat_an_earlier_call(self, which: int) -> None:
        """Whatever has happened since: the same key has the answer that it had, and no effect."""
        if self._answered:
            call, answer = self._answered[which % len(self._answered)]
            assert call() == answer
            self._place.seen["repeated"] += 1

    @rule(
        status=st.sampled_from([None, "open", "closed"]),
        metadata=st.sampled_from([{}, {"plan": "pro"}, {"tags": 3.0}, {"plan": True}]),
        page=st.integers(1, 4),
    )
    def search(self, status: str | None, metadata: dict[str, Any], page: int) -> None:
        wanted = [
            id
            for id, model in self._models.items()
            if status in (None, model.status) and is_matched(model.metadata, metadata)
        ]
        found = self._client.sessions.search(
            self._contact, status, metadata=metadata or None, limit=page
        )
        assert [session.id for session in found.iterate_all()] == wanted[::-1]

    def teardown(self) -> None:
        """Let every window end, then compare all that is there."""
        self._advance(61)
        for id, model in self._models.items():
            self._compare_session(self._client.sessions.get(id))
            self._compare_messages(id)
            self._compare_endings(id, model)

    def _both(
        self, predict: Callable[[], object], call: Callable[[], R], *, can_repeat: bool = True
    ) -> R | None:
        """Carry out an operation on both sides; None if both refuse it for the same reason."""
        refused = None
        try:
            predict()
        except Refused as refusal:
            refused = refusal.code
        if refused is None:
            return self._repeatable(call) if can_repeat else call()
        with pytest.raises(APIError) as caught:
            call()
        assert caught.value.code == refused
        self._place.seen[refused] += 1
        return None

    def _repeatable(self, call: Callable[[], R]) -> R:
        answer = call()
        self._place.seen["answered"] += 1
        self._answered.append((call, answer))
        return answer

    def _agent(self, name: str | None) -> Holder | None:
        return None if name is None else self._place.agents[name]

    def _epoch(self, id: str, epoch: str) -> int | None:
        if epoch == "none":
            return None
        return self._models[id].epoch + {"past": -1, "current": 0, "future": 1}[epoch]

    def _advance(self, seconds: float) -> None:
        self._now = self._place.advance(seconds)
        for id, model in self._models.items():
            if model.window is not None and model.window.due_at <= self._now:
                asked = model.unanswered()
                if model.end_window() == "spoke":
                    self._hear_agent(id, model, asked)
                self._compare_messages(id)

    def _hear_agent(self, id: str, model: ModelSession, asked: list[str]) -> None:
        """Take over from the server what only the knowledge decides: the words, or a hand-off."""
        session = self._client.sessions.get(id)
        *_, said = self._client.sessions.messages.search(id, limit=1000)
        is_hand_off = session.agent is None
        assert (said.role, said.position) == ("assistant", len(model.messages) + 1)
        model.hear_agent(said.content.text, is_hand_off=is_hand_off)
        self._message_ids[id].append(said.id)
        self._compare_session(session)
        if asked in ([KNOWN], [UNKNOWN]):
            assert is_hand_off == (asked == [UNKNOWN])

    def _compare_session(self, session: Session | None) -> None:
        if session is None:
            return
        model = self._models[session.id]
        assert session.agent is None or model.agent is not None
        assert (session.agent and session.agent.id) == (model.agent and model.agent.id)
        assert (session.status, session.epoch) == (model.status, model.epoch)
        assert (session.contact_name, session.metadata) == (model.contact_name, model.metadata)
        assert (session.closed_at is None) == (model.status == "open")

    def _compare_messages(self, id: str) -> None:
        messages = self._client.sessions.messages.search(id, limit=1000)
        assert [message.id for message in messages] == self._message_ids[id]
        for place, told in enumerate(self._models[id].messages, 1):
            self._compare_message(messages[place - 1], place, told)

    def _compare_message(self, message: Message, position: int, told: ModelMessage) -> None:
        assert isinstance(message.content, MessageContentText)
        assert message.position == position
        assert (message.role, message.content.text) == (told.role, told.text)
        assert message.agent_id == told.agent_id
        assert message.provider_message_id == told.provider_message_id
        assert message.delivery_status == told.delivery_status
        assert (message.run_id is not None) == told.is_of_run

    def _compare_endings(self, id: str, model: ModelSession) -> None:
        outcomes = self._place.outcomes(id)
        assert len(outcomes) == len(model.endings)
        for (outcome, reason), ending in zip(outcomes, model.endings, strict=True):
            if ending == "spoke":
                assert outcome in ("answer", "suggestion", "hand_off")
            else:
                assert (outcome, reason) == ("silence", ending)
            self._place.seen[f"{outcome} {reason}"] += 1


async def test_sessions_follow_the_model(tmp_path: Path) -> None:
    """Create, post, report, transfer, finish, reopen, reply, wait, repeat and search, in any order.

    Each example has sessions of its own on one server. Afterwards the whole database has to hold
    together.
    """
    server = ServerProcess(tmp_path / "data")
    try:
        await server.start([*ANTONNIA_DEV, "--test-clock"])
        client = SyncConversations(server.token, server.base_url, max_retries=0)
        place = await asyncio.to_thread(Place, server, client)
        await asyncio.to_thread(
            run_state_machine_as_test,
            lambda: Sessions(place),
            settings=settings(
                max_examples=MODEL_EXAMPLES,
                stateful_step_count=MODEL_STEPS,
                derandomize=MODEL_EXAMPLES <= 50,
                database=None,
                deadline=None,
                # Without shrinking: on a real server that takes longer than to read the steps.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
        place.close()
        await server.stop()
    finally:
        await server.close()
    check_consistency(Stored(server.database))
    assert server.complaints() == []
    print(f"\n{MODEL_EXAMPLES:,} × {MODEL_STEPS} steps: {place.seen.most_common()}")
    assert place.seen.keys() >= EXPECTED, EXPECTED - place.seen.keys()
