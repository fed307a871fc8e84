"""Receive webhooks with Django; in a project of yours `receive` is one of its views.

ANTONNIA_WEBHOOK_SECRET=whsec_… python receive_with_django.py runserver 9000
"""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from antonnia.events import MessageCreated, Webhook, WebhookVerificationError

webhook = Webhook(os.environ["ANTONNIA_WEBHOOK_SECRET"])


@csrf_exempt
@require_POST
def receive(request):
    try:
        event = webhook.verify(request.body, request.headers)
    except WebhookVerificationError as error:
        return HttpResponseBadRequest(error.message)
    # An event may come twice: `event.id` tells whether you have seen it.
    if isinstance(event, MessageCreated):
        print(f"{event.data.object.role} wrote in {event.data.object.session_id}")
    return HttpResponse(status=204)


urlpatterns = [path("antonnia", receive)]
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DEBUG=False)
app = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
