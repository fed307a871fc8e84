"""Receive webhooks with FastAPI, or with Starlette in the same way.

ANTONNIA_WEBHOOK_SECRET=whsec_… uvicorn receive_with_fastapi:app --port 9000
"""

import os

from fastapi import FastAPI, HTTPException, Request

from antonnia.events import MessageCreated, Webhook, WebhookVerificationError

app = FastAPI()
webhook = Webhook(os.environ["ANTONNIA_WEBHOOK_SECRET"])


@app.post("/antonnia", status_code=204)
async def receive(request: Request) -> None:
    try:
        event = webhook.verify(await request.body(), request.headers)
    except WebhookVerificationError as error:
        raise HTTPException(400, error.message) from error
    # An event may come twice: `event.id` tells whether you have seen it.
    if isinstance(event, MessageCreated):
        print(f"{event.data.object.role} wrote in {event.data.object.session_id}")
