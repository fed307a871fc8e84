"""What importing and making a client loads, so that neither becomes slow unnoticed."""

import subprocess
import sys
from typing import Set

import pytest

# Small modules of the standard library that are needed before the first call, and what those load
# on one version of Python or another. `asyncio` and `ssl` would double the time, pydantic and
# httpx would make it five and ten times as long.
EXPECTED = """
antonnia array atexit bisect collections contextlib copy copyreg enum errno fcntl fnmatch
functools grp heapq importlib ipaddress itertools json keyword linecache logging math ntpath
operator platform posixpath pwd random re reprlib select selectors signal socket sre_compile
sre_constants sre_parse string subprocess textwrap threading time token tokenize traceback types
typing urllib uuid warnings weakref
"""


def loaded_by(program: str) -> Set[str]:
    """The modules that a new interpreter has loaded after the program, and not before it."""
    watched = f"""
import sys
before = set(sys.modules)
{program}
print(*(set(sys.modules) - before))
"""
    done = subprocess.run(
        [sys.executable, "-c", watched],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("client", ["Conversations", "SyncConversations"])
def test_making_a_client_loads_nothing_large(client: str) -> None:
    errors = "from antonnia.conversations.exceptions import NotFoundError"
    loaded = loaded_by(
        f"from antonnia.conversations import {client}; {errors}; {client}(token='t')"
    )

    packages = {name.partition(".")[0] for name in loaded}
    assert {name for name in packages if not name.startswith("_")} <= set(EXPECTED.split())
    assert not {"urllib.request", "http.client", "email.message"} & loaded


def test_making_a_client_loads_no_wire_types() -> None:
    loaded = loaded_by("from antonnia.conversations import Conversations; Conversations(token='t')")

    assert "antonnia.conversations.client" in loaded
    assert not [name for name in loaded if name.startswith("antonnia.conversations.types")]


def test_a_client_loads_nothing_of_its_twin() -> None:
    loaded = loaded_by("from antonnia.conversations import Conversations; Conversations(token='t')")

    assert not [name for name in loaded if "._sync" in name]
