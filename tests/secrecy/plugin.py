"""Fails each test that lets a secret out, and the run if one is in a file that it has left.

Looked at are: what is stored, in every column; what is logged, at every level, with its traceback;
what is answered, head and body, stream or not, but for the one answer that gives the secret; what
is printed. A secret is given once: the second answer that has it lets it out.
"""

from __future__ import annotations

import json
import logging
import mmap
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from secrecy.databases import look_through
from secrecy.known import TOKEN, WEBHOOK, Known

# The paths whose answers give a secret, and the field it is in.
_GIVING = ("/tokens", "/rotate", "/webhooks", "/operator/v1/{name}")
_FIELDS = ("secret", "token")
# More than the longest secret: of what was sent before, so much is looked at again.
_TAIL = 64


class Watch(logging.Handler):
    """Everything that may let a secret out, as it comes."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.known = Known()
        self.leaks: list[str] = []
        self._given: set[int] = set()
        self._is_watching = False

    def install(self) -> None:
        self.known.install()
        if self._is_watching or "antonnia_server.http.edge" not in sys.modules:
            return
        self._is_watching = True
        logging.getLogger().addHandler(self)
        logging.getLogger("antonnia").setLevel(logging.DEBUG)
        from antonnia_server.http.edge import Edge

        served = Edge.__call__

        async def watched(edge: Edge, scope: Any, receive: Any, send: Any) -> None:
            answer = _Answer(self, scope)

            async def look(message: Any) -> None:
                answer.look_at(message)
                await send(message)

            await served(edge, scope, receive, look)

        Edge.__call__ = watched  # type: ignore[method-assign]  # of every server in this process

    def emit(self, record: logging.LogRecord) -> None:
        self.look(f"the log of {record.name}", self.format(record))

    def look(self, where: str, text: str) -> None:
        self.leaks += [f"{where} has {found}" for found in self.known.found_in(text)]

    def look_through_database(self, place: Path | str) -> None:
        self.leaks += look_through(place, self.known)

    def give(self, route: str, secret: str) -> None:
        """It may be given, this once."""
        if hash(secret) in self._given:
            self.leaks.append(f"the answer of {route} gives {secret[:9]}… once more")
        self._given.add(hash(secret))

    def raise_leaks(self) -> None:
        leaks, self.leaks = self.leaks, []
        if leaks:
            pytest.fail("a secret was let out:\n  " + "\n  ".join(dict.fromkeys(leaks)), False)


class _Answer:
    def __init__(self, watch: Watch, scope: Any) -> None:
        self._watch = watch
        self._scope = scope
        self._tail = ""
        self._body = b""

    def look_at(self, message: Any) -> None:
        method, route = self._scope.get("antonnia_route", ("no", "path"))
        where = f"{method} {route}"
        if message["type"] == "http.response.start":
            for name, value in message["headers"]:
                self._watch.look(f"{where}, header {name.decode()}", value.decode("latin-1"))
            return
        if method == "POST" and route.endswith(_GIVING):
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                self._watch.look(f"the answer of {where}", self._without_given(where))
            return
        text = self._tail + message.get("body", b"").decode("latin-1")
        self._watch.look(f"the answer of {where}", text)
        self._tail = text[-_TAIL:]

    def _without_given(self, where: str) -> str:
        said = json.loads(self._body) if self._body else None
        if isinstance(said, dict):
            for field in _FIELDS:
                secret = said.get(field)
                if isinstance(secret, str) and secret:
                    self._watch.give(where, said.pop(field))
        return json.dumps(said)


WATCH = Watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    WATCH.install()
    WATCH.known.forget()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    WATCH.raise_leaks()
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    # What an example of the documents prints is the reader's own, such as a webhook's secret.
    for name, text in report.sections if item.path.parent.name != "docs" else ():
        WATCH.look(name, text)
    return report


@pytest.fixture(scope="session", autouse=True)
def no_file_of_the_run_has_a_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The logs and databases of servers that were processes of their own are files."""
    yield
    base = tmp_path_factory.getbasetemp()
    for path in sorted(base.rglob("*")):
        # Where `antonnia dev` keeps its token, for its owner alone.
        if path.suffix == ".token":
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_size:
            for kind in _kinds_in(path):
                WATCH.leaks.append(f"the file {path.relative_to(base)} holds a {kind}")
    WATCH.raise_leaks()


def _kinds_in(path: Path) -> Iterator[str]:
    from antonnia_server.auth.secrets import is_well_formed

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        is_database = content[:15] == b"SQLite format 3" or ".db" in path.name
        # The secrets of webhooks are in their column; what else is in it was looked at by test.
        if not is_database and content.find(b"whsec_") >= 0:
            text = content[:].decode("latin-1")
            if WEBHOOK.search(text):
                yield "webhook secret"
        at = content.find(b"antn_")
        while at >= 0:
            text = content[at : at + 43].decode("latin-1")
            if TOKEN.fullmatch(text) and is_well_formed(text):
                yield "token"
                return
            at = content.find(b"antn_", at + 1)
