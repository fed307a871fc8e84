"""What the events service refuses."""

from __future__ import annotations

from antonnia_server.http.refusal import Refusal


class WebhookNotFound(Refusal):
    status = 404
    code = "webhook_not_found"
    title = "No such webhook"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"There is no webhook {webhook_id!r}.")


class DeliveryNotFound(Refusal):
    status = 404
    code = "delivery_not_found"
    title = "No such delivery"

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"There is no delivery {delivery_id!r}.")


class EventNotFound(Refusal):
    status = 404
    code = "event_not_found"
    title = "No such event"

    def __init__(self, event_id: str) -> None:
        super().__init__(f"There is no event {event_id!r}.")


class EventsExpired(Refusal):
    status = 410
    code = "events_expired"
    title = "The log is not kept that long"

    def __init__(self, position: int, horizon: int) -> None:
        super().__init__(
            f"The events after position {position} are not all kept; go on after {horizon}, and "
            "look at what came before in another way."
        )


class WebhookNotEnabled(Refusal):
    status = 422
    code = "webhook_not_enabled"
    title = "The webhook is not enabled"

    def __init__(self, webhook_id: str, status: str) -> None:
        super().__init__(
            f"Webhook {webhook_id!r} is {status}, and nothing is sent to it; enable it first."
        )


class UrlRefused(Refusal):
    status = 422
    code = "url_refused"
    title = "Nothing is sent to this URL"

    def __init__(self, reason: str) -> None:
        message = f"cannot be sent to: {reason}"
        super().__init__(
            f"body.url: {message}.",
            errors=[{"loc": ["body", "url"], "msg": message, "type": "value_error"}],
        )


class TooManyWebhooks(Refusal):
    status = 422
    code = "too_many_webhooks"
    title = "There are too many webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(f"An organization has {most} webhooks at most; delete one first.")


class TooManySecrets(Refusal):
    status = 422
    code = "too_many_secrets"
    title = "The webhook has been rotated too often"

    def __init__(self, webhook_id: str, most: int) -> None:
        super().__init__(
            f"Of webhook {webhook_id!r} {most} old secrets sign still, which is the most; rotate "
            "it again when the oldest of them has been old for a day."
        )
