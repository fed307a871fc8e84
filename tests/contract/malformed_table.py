"""The table of requests that something is wrong with, and what is answered to each.

Each file of `malformed/` is a part of it, each `[[case]]` a request:

    name     what is wrong with it, as words
    send     the method and the path
    headers  beside the token, which goes with every request unless `token = false`
    body     the bytes of the body
    before   the body of a first request that is otherwise the same
    raw      instead of all these: the whole request, a line each
    is       the status, and the code of a refusal
    says     its detail
    at       each of its `errors`: where, which type, and what it says, if that is not in `says`

What no text file can hold is written between guillemets: `«ff fe»` are two bytes, `«300 × a»` is a
text of 300 characters, and `«session»` the id of a session that was made for this request.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_http import Answer, Connection, problem_of, request_of

FOLDER = Path(__file__).parent / "malformed"
_NOTATION = re.compile(r"«([^«»]*)»")
_BYTES = re.compile(r"[0-9a-f]{2}( [0-9a-f]{2})*")
_REPEATED = re.compile(r"([0-9]+) × (.*)", re.DOTALL)
# What stands for an id in the table, found again in what the server says.
Names = Callable[[str], str]


@dataclass(frozen=True)
class Case:
    """A request, and what is answered to it."""

    file: str
    name: str
    send: str = ""
    headers: tuple[str, ...] = ()
    token: bool = True
    body: str = ""
    before: str | None = None
    raw: str | None = None
    is_: str = ""
    says: str = ""
    at: tuple[str, ...] = ()

    def ask(self, connection: Connection, names: Names) -> Answer:
        """Send it, and return the answer that counts."""
        *_, answer = [connection.ask(request) for request in self._requests(names)]
        if self.raw is not None:
            # Whatever the server still waits for must not be taken from the next request.
            connection.close()
        return answer

    def _requests(self, names: Names) -> list[bytes]:
        """The bytes to send, one after the other."""
        if self.raw is not None:
            return [_bytes(self.raw.replace("\n", "\r\n"), names)]
        headers = [_bytes(header, names) for header in self.headers]
        if self.token:
            headers.append(_bytes("Authorization: Bearer «token»", names))
        bodies = [self.body] if self.before is None else [self.before, self.body]
        send = _bytes(self.send, names)
        return [request_of(send, headers, _bytes(body, names)) for body in bodies]


def read_cases() -> list[Case]:
    """The whole table."""
    return [case for path in sorted(FOLDER.glob("*.toml")) for case in read_file(path)]


def read_file(path: Path) -> list[Case]:
    cases = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    return [_case(path.stem, case) for case in cases]


def _case(file: str, row: dict[str, Any]) -> Case:
    lists = {name: tuple(row.pop(name)) for name in ("headers", "at") if name in row}
    return Case(file, is_=row.pop("is", ""), **row, **lists)


def _bytes(text: str, names: Names) -> bytes:
    """The bytes that the notation stands for."""
    parts = _NOTATION.split(text)
    parts[1::2] = [_meant(part, names) for part in parts[1::2]]
    return "".join(parts).encode("utf-8", "surrogateescape")


def _meant(notation: str, names: Names) -> str:
    if _BYTES.fullmatch(notation):
        return bytes.fromhex(notation).decode("utf-8", "surrogateescape")
    if repeated := _REPEATED.fullmatch(notation):
        return int(repeated[1]) * repeated[2]
    return names(notation)


def observed(answer: Answer, hide: Callable[[str], str]) -> tuple[str, str, tuple[str, ...]]:
    """What was answered, as the table has it; `hide` puts names in the place of ids."""
    if answer.status < 400 or not answer.body:
        return str(answer.status), "", ()
    problem = problem_of(answer)
    errors = tuple(hide(_error(error, problem["detail"])) for error in problem.get("errors", ()))
    return f"{answer.status} {problem['code']}", hide(problem["detail"]), errors


def _error(error: dict[str, Any], detail: str) -> str:
    assert error.keys() == {"loc", "msg", "type"}
    place = "/".join(map(str, error["loc"]))
    said = "" if error["msg"] in detail else f": {error['msg']}"
    return f"{place} {error['type']}{said}"
