"""The paths of the events service."""

from . import deliveries, log, webhooks

ROUTERS = (webhooks.router, deliveries.router, log.router)
