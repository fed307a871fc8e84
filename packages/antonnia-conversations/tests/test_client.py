import inspect

import pytest
from given_conversations import given_client
from scripted_network import ScriptedNetwork

import antonnia.conversations
from antonnia.conversations import Conversations, SyncConversations
from antonnia.core import errors


def test_the_representation_of_a_client_shows_no_token() -> None:
    client = given_client(ScriptedNetwork())

    assert repr(client) == "Conversations(base_url='https://api.test/conversations/v2')"


def test_exceptions_are_the_same_objects_everywhere() -> None:
    from antonnia.conversations import exceptions

    for name in exceptions.__all__:
        expected = "AntonniaError" if name == "ConversationsError" else name
        assert getattr(exceptions, name) is getattr(errors, expected)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Conversation"):
        antonnia.conversations.Conversation  # noqa: B018 - the lookup is the test


def public_methods(client: object) -> dict:
    return {
        f"{type(part).__name__}.{name}": inspect.signature(method)
        for part in (client, client.sessions, client.sessions.messages, client.agents)
        for name, method in inspect.getmembers(part, inspect.ismethod)
        if not name.startswith("_")
    }


def test_the_sync_client_has_the_same_methods_with_the_same_parameters() -> None:
    twin = {
        f"Sync{name}": [str(parameter) for parameter in signature.parameters.values()]
        for name, signature in public_methods(Conversations("t")).items()
    }

    assert {
        name: [str(parameter) for parameter in signature.parameters.values()]
        for name, signature in public_methods(SyncConversations("t")).items()
    } == twin
