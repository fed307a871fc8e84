"""What the server answers: to each client one small object of its own API, of about one size."""

from __future__ import annotations

import json

SESSION = {
    "id": "sess_01k9x2v7c8q4m0r6t1y3z5b7d9",
    "organization_id": "org_01k9x2v7c8q4m0r6t1y3z5b7d9",
    "conversation_id": "conv_01k9x2v7c8q4m0r6t1y3z5b7d9",
    "contact_id": "user_12345",
    "contact_name": "John Doe",
    "thread_id": None,
    "status": "open",
    "agent": {
        "id": "agent_01k9x2v7c8q4m0r6t1y3z5b7d9",
        "organization_id": "org_01k9x2v7c8q4m0r6t1y3z5b7d9",
        "name": "Ana",
        "type": "human",
        "profile_id": "profile_7",
        "created_at": "2026-01-02T03:04:05.678901Z",
    },
    "ending_survey_submission_id": None,
    "metadata": {"priority": "high", "plan": "pro"},
    "epoch": 3,
    "created_at": "2026-01-02T03:04:05.678901Z",
    "updated_at": "2026-01-02T03:05:05.678901Z",
    "closed_at": None,
}

MODEL = {"id": "model-1", "object": "model", "created": 1767323045, "owned_by": "someone"}
ANTHROPIC_MODEL = {
    "id": "model-1",
    "type": "model",
    "display_name": "Model 1",
    "created_at": "2026-01-02T03:04:05Z",
}
CUSTOMER = {
    "id": "cus_1",
    "object": "customer",
    "created": 1767323045,
    "email": "john@example.com",
    "livemode": False,
    "metadata": {"priority": "high", "plan": "pro"},
    "name": "John Doe",
}

# What those objects are in life is longer, and every client reads fields that it does not know.
FILLER = "x" * 400

ANSWERS: dict[bytes, bytes] = {
    b"/conversations/v2/sessions/": json.dumps(SESSION).encode(),
    b"/openai/": json.dumps({**MODEL, "description": FILLER}).encode(),
    b"/anthropic/": json.dumps({**ANTHROPIC_MODEL, "description": FILLER}).encode(),
    b"/v1/customers/": json.dumps({**CUSTOMER, "description": FILLER}).encode(),
}


def messages(count: int) -> bytes:
    """A page of messages as the platform answers it: mostly text, in turns."""
    return json.dumps([_message(position) for position in range(1, count + 1)]).encode()


def _message(position: int) -> dict[str, object]:
    is_contact = position % 2 == 1
    return {
        "id": f"msg_01k9x2v7c8q4m0r6t1y3z5{position:04}",
        "session_id": SESSION["id"],
        "conversation_id": SESSION["conversation_id"],
        "organization_id": SESSION["organization_id"],
        "position": position,
        "role": "user" if is_contact else "assistant",
        "content": _content(position),
        "agent_id": None if is_contact else "agent_01k9x2v7c8q4m0r6t1y3z5b7d9",
        "run_id": None,
        "provider_message_id": f"wamid.{position:032}",
        "replied_provider_message_id": None,
        "delivery_status": "delivered" if is_contact else "read",
        "delivery_error_code": None,
        "delivery_error_message": None,
        "delivered_at": "2026-01-02T03:04:06.000001Z",
        "created_at": "2026-01-02T03:04:05.678901Z",
        "updated_at": None,
    }


def _content(position: int) -> dict[str, object]:
    # One in ten is no text, as in a channel where people send photographs and bots call functions.
    if position % 20 == 7:
        return {"type": "image", "url": f"https://files.example.com/{position}.jpg"}
    if position % 20 == 14:
        call = json.dumps({"order": position})
        return {"type": "function_call", "id": f"call_{position}", "name": "find", "input": call}
    return {
        "type": "text",
        "text": f"Message {position}: could you tell me where my order is, please?",
        "template_id": None,
        "template_parameters": None,
    }
