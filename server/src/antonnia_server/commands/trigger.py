"""`antonnia trigger`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from antonnia_server.fault import Fault

from .address import Address, address_options

if TYPE_CHECKING:
    from antonnia.conversations import SyncConversations
    from antonnia.conversations.types import Message, Session
    from antonnia.events import SyncEvents

CONTACT = "antonnia-trigger"


def _create_session(client: SyncConversations) -> Session:
    return client.sessions.create(CONTACT, "Antonnia Trigger", metadata={"made_by": "trigger"})


def _update_session(client: SyncConversations) -> str:
    session = _create_session(client)
    metadata = {**session.metadata, "updated": True}
    return client.sessions.update(session.id, {"metadata": metadata}).id


def _transfer_session(client: SyncConversations) -> str:
    session = _create_session(client)
    people = client.agents.search("human", profile_id=CONTACT, limit=1)
    person = people[0] if people else client.agents.create("Trigger", "human", profile_id=CONTACT)
    return client.sessions.transfer(session.id, person.id).id


def _finish_session(client: SyncConversations) -> str:
    return client.sessions.finish(_create_session(client).id).id


def _create_message(client: SyncConversations) -> Message:
    from antonnia.conversations.types import MessageContentText

    session = _create_session(client)
    words = MessageContentText(text="Hello, I need help with my account")
    return client.sessions.messages.create(session.id, words)


def _update_message(client: SyncConversations) -> str:
    message = _create_message(client)
    messages = client.sessions.messages
    return messages.update(message.session_id, message.id, delivery_status="read").id


def _test_webhooks(client: SyncEvents) -> list[str]:
    webhooks = list(client.webhooks.iter("enabled"))
    if not webhooks:
        raise Fault("no webhook is enabled; `client.webhooks.create` makes one.")
    for webhook in webhooks:
        client.webhooks.test(webhook.id)
    return [webhook.id for webhook in webhooks]


_TRIGGERS: dict[str, Callable[[SyncConversations], str]] = {
    "session.created": lambda client: _create_session(client).id,
    "session.updated": _update_session,
    "session.transferred": _transfer_session,
    "session.finished": _finish_session,
    "message.created": lambda client: _create_message(client).id,
    "message.updated": _update_message,
}


@click.command()
@click.argument("type", metavar="TYPE", type=click.Choice([*_TRIGGERS, "webhook.test"]))
@address_options("TRIGGER")
def trigger(there: Address, type: str) -> None:
    """Have an event of a type happen, by doing what it reports.

    What it takes is made: a session, a message, a person who takes over. `webhook.test` is sent to
    every webhook that is enabled.
    """
    from antonnia.conversations import SyncConversations
    from antonnia.core import AntonniaError
    from antonnia.events import SyncEvents

    try:
        if type == "webhook.test":
            with SyncEvents(there.token, there.base_url) as events:
                made = _test_webhooks(events)
        else:
            with SyncConversations(there.token, there.base_url) as conversations:
                made = [_TRIGGERS[type](conversations)]
    except AntonniaError as error:
        raise Fault(str(error)) from error
    for object_id in made:
        click.echo(f"{type}  {object_id}")
