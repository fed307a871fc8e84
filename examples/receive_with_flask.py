"""Receive webhooks with Flask.

ANTONNIA_WEBHOOK_SECRET=whsec_… flask --app receive_with_flask run --port 9000
"""

import os

from flask import Flask, abort, request

from antonnia.events import MessageCreated, Webhook, WebhookVerificationError

app = Flask(__name__)
webhook = Webhook(os.environ["ANTONNIA_WEBHOOK_SECRET"])


@app.post("/antonnia")
def receive():
    try:
        event = webhook.verify(request.get_data(), request.headers)
    except WebhookVerificationError as error:
        abort(400, error.message)
    # An event may come twice: `event.id` tells whether you have seen it.
    if isinstance(event, MessageCreated):
        print(f"{event.data.object.role} wrote in {event.data.object.session_id}")
    return "", 204
