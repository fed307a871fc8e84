"""Where a command has an operation done: in this process, or in the server that owns the data."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Protocol, TypeVar

import httpx
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from antonnia.core.models import RequestModel
from antonnia_server import shared_standalone, standalone
from antonnia_server.clock import SystemClock
from antonnia_server.data_directory import DataDirectory, DirectoryInUse, Server
from antonnia_server.fault import Fault
from antonnia_server.http.refusal import Refusal
from antonnia_server.operator import Operation
from antonnia_server.shared_database import SharedDatabase
from antonnia_server.shared_standalone import SharedStandalone

Order = TypeVar("Order", bound=RequestModel)
Answer = TypeVar("Answer", bound=BaseModel)

# How long the directory may be owned by a process that is not a server that answers: one that
# starts or ends, or another command.
PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.05
# A piece of an import may wait for the writer.
_TIMEOUT_SECONDS = 60.0


class NoAnswer(Fault):
    """The server that was running has gone, or is busy beyond all patience."""


class Desk(Protocol):
    """Takes orders."""

    def ask(self, operation: Operation[Order, Answer], order: Order) -> Answer:
        """Have the operation done; a refusal is a `Fault`."""
        ...


@contextmanager
def opened_desk(directory: DataDirectory | SharedDatabase) -> Generator[Desk]:
    """The desk of whoever owns the directory, which is this process if nobody else does.

    Nobody owns a shared database.

    Raises:
        Fault: The database cannot be used, or its owner does not answer.
    """
    if isinstance(directory, SharedDatabase):
        shared_standalone.migrate_shared(directory)
        with shared_standalone.opened(directory) as database:
            yield _OwnDesk(database)
        return
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with directory.owned():
                standalone.migrate_database(directory)
                with standalone.opened(directory, SystemClock()) as database:
                    yield _OwnDesk(database)
                    return
        except DirectoryInUse:
            server = directory.find_server()
            if server is not None and _answers(server):
                break
            if time.monotonic() > deadline:
                raise
        time.sleep(_RETRY_SECONDS)
    with _client(server) as client:
        yield _ServersDesk(client)


def find_running_server(directory: DataDirectory) -> Server | None:
    """The server that owns the directory, or None if none answers."""
    server = directory.find_server()
    return server if server is not None and _answers(server) else None


@contextmanager
def servers_desk(directory: DataDirectory) -> Generator[Desk | None]:
    """The desk of the server that owns the directory, or None if none answers."""
    server = find_running_server(directory)
    if server is None:
        yield None
        return
    with _client(server) as client:
        yield _ServersDesk(client)


class _OwnDesk:
    """Works on the database in this process."""

    def __init__(self, database: standalone.Standalone | SharedStandalone) -> None:
        self._database = database

    def ask(self, operation: Operation[Order, Answer], order: Order) -> Answer:
        # What cannot be sent cannot be stored either, and is refused the same.
        _json(order)
        try:
            return self._database.write(operation.work, order)
        except Refusal as refusal:
            raise Fault(refusal.detail) from refusal


class _ServersDesk:
    """Sends every order to the running server."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, operation: Operation[Order, Answer], order: Order) -> Answer:
        try:
            response = self._client.post(f"/operator/v1/{operation.name}", content=_json(order))
        except httpx.HTTPError as error:
            raise NoAnswer(f"the running server did not answer: {error}") from error
        if response.status_code != HTTPStatus.OK:
            raise Fault(response.json()["detail"])
        return operation.answer.model_validate_json(response.content)


def _json(order: RequestModel) -> bytes:
    try:
        return order.model_dump_json().encode()
    except PydanticSerializationError as error:
        raise Fault("a name that was given is not text in UTF-8.") from error


def _answers(server: Server) -> bool:
    """Whether the server is up; one that is ending has closed its socket already."""
    try:
        with _client(server) as client:
            return client.get("/livez").status_code == HTTPStatus.OK
    except (httpx.TransportError, httpx.InvalidURL):
        return False


def _client(server: Server) -> httpx.Client:
    # Without the environment: a proxy has no business between two processes of one machine.
    return httpx.Client(
        base_url=server.base_url,
        headers={"authorization": f"Bearer {server.secret}"},
        timeout=_TIMEOUT_SECONDS,
        trust_env=False,
    )
