"""Turning an answer into objects, in a process of its own: a JSON order, then JSON figures.

Each client does here what it does with an answer that has come whole: ours reads the bytes, the
published one has httpx read them and builds each object from a dictionary.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import process_time
from typing import TypedDict

from benchmarks.sdk.objects import SESSION, messages


class ParsingOrder(TypedDict):
    client: str
    messages: int
    repeats: int


def ours(content: bytes, *, is_list: bool) -> Callable[[], object]:
    import httpx

    from antonnia.conversations.types import Message, Session
    from antonnia.core import Page
    from antonnia.core.answers import HttpAnswer, read_answer, read_list

    answer = HttpAnswer(200, httpx.Headers(), content)
    if is_list:
        return lambda: Page(read_list(Message, answer))
    return lambda: read_answer(Session, answer)


def published(content: bytes, *, is_list: bool) -> Callable[[], object]:
    import httpx

    from antonnia.conversations.types import Message, Session

    response = httpx.Response(200, content=content)
    if is_list:
        return lambda: [Message(**message) for message in response.json()]
    return lambda: Session(**response.json())


def main() -> None:
    order: ParsingOrder = json.loads(sys.argv[1])
    is_list = order["messages"] > 0
    content = messages(order["messages"]) if is_list else json.dumps(SESSION).encode()
    reader = {"ours": ours, "published": published}[order["client"]]
    parse = reader(content, is_list=is_list)
    parse()
    before = process_time()
    for _ in range(order["repeats"]):
        parse()
    print(json.dumps({"cpu_seconds": process_time() - before}))


if __name__ == "__main__":
    main()
