"""One live server for all documents: blocks bring what they need into it themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_server import Live, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with serving(tmp_path_factory.mktemp("docs")) as live:
        yield live
