"""The real command in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from antonnia.conversations import SyncConversations
from antonnia.conversations.types import Message, MessageContentText

ANTONNIA = Path(sys.executable).with_name("antonnia")
# Patience with a machine that is busy with other tests: a command imports for a second at least.
SECONDS = 60


@dataclass
class Server:
    """A server that said it is ready."""

    process: subprocess.Popen[str]
    directory: Path
    ready_line: str

    @property
    def base_url(self) -> str:
        return str(json.loads(self.ready_line)["base_url"])

    @property
    def token(self) -> str:
        return str(json.loads(self.ready_line)["token"])

    @property
    def organization_id(self) -> str:
        return str(json.loads(self.ready_line)["organization_id"])

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.base_url.removeprefix("http://").rpartition(":")
        return host, int(port)

    def client(self) -> SyncConversations:
        return SyncConversations(token=self.token, base_url=self.base_url)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and what stdout had after the ready line."""
        self.process.send_signal(number)
        assert self.process.stdout is not None
        # Not `communicate`: it does not see what was read ahead with the first line.
        rest = self.process.stdout.read()
        return self.process.wait(SECONDS), rest


Start = Callable[..., Server]


def start(directory: Path, *options: str) -> Server:
    """`antonnia dev --json` on a free port, once it is ready."""
    command = [ANTONNIA, "dev", "--port", "0", "--json", "--data", directory, *options]
    with (directory.parent / f"{directory.name}.log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    is_readable, _, _ = select.select([process.stdout], [], [], SECONDS)
    line = process.stdout.readline() if is_readable else ""
    if not line:
        process.kill()
        raise AssertionError((directory.parent / f"{directory.name}.log").read_text())
    return Server(process, directory, line)


def run(
    *arguments: str | Path, max_file_bytes: int | None = None
) -> subprocess.CompletedProcess[str]:
    """One `antonnia` command to its end; files that may not grow are like a disk that is full."""

    def limit() -> None:
        if max_file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))

    return subprocess.run(
        [ANTONNIA, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        preexec_fn=limit,
    )


def refused_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line with which a command said that it cannot work."""
    assert result.returncode == 2, result
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("antonnia: ")
    return line


def answer_to(server: Server, question: str) -> str:
    """What the assistant answers in a new session."""
    with server.client() as client:
        session = client.sessions.create("contact", "A contact")
        client.sessions.messages.create(session.id, MessageContentText(type="text", text=question))
        client.sessions.reply(session.id)
        deadline = time.monotonic() + SECONDS
        messages: list[Message] = []
        while len(messages) < 2:
            assert time.monotonic() < deadline, "no answer"
            messages = list(client.sessions.messages.search(session.id))
    content = messages[-1].content
    assert isinstance(content, MessageContentText)
    return content.text


def wait_until_refused(address: tuple[str, int]) -> None:
    """Return once nobody listens at the address."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(address, timeout=SECONDS).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            # It was waiting in the socket that is being closed.
            continue
    raise AssertionError(f"{address} still listens")


def mode_of(path: Path) -> str:
    return oct(os.stat(path).st_mode & 0o777)
