"""A session, a message, and the answer of the assistant.

Start `antonnia dev` and set ANTONNIA_TOKEN and ANTONNIA_BASE_URL as it says.
"""

import asyncio
import os

from antonnia.conversations import Conversations
from antonnia.conversations.types import MessageContentText


async def main():
    async with Conversations(
        token=os.environ["ANTONNIA_TOKEN"],
        base_url=os.environ.get("ANTONNIA_BASE_URL", "http://127.0.0.1:8000"),
    ) as client:
        # Create a new conversation session
        session = await client.sessions.create(
            contact_id="user_12345",
            contact_name="John Doe",
            metadata={"priority": "high", "department": "support"},
        )

        # Send a message from the user
        message = await client.sessions.messages.create(
            session_id=session.id,
            content=MessageContentText(type="text", text="Hello, I need help with my account"),
            role="user",
        )

        # Trigger an AI agent response
        updated_session = await client.sessions.reply(session_id=session.id)

        # The answer comes in the background: wait up to 30 seconds for it
        for _ in range(300):
            # Search for messages in the session
            messages = await client.sessions.messages.search(
                session_id=session.id,
                limit=10,
            )
            if messages[-1].id != message.id:
                break
            await asyncio.sleep(0.1)

        for message in messages:
            print(f"{message.role}: {message.content.text}\n")

        print(f"Session {updated_session.id} has {len(messages)} messages")


if __name__ == "__main__":
    asyncio.run(main())
