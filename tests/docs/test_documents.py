"""Every Python block of the documentation runs, in its order, against a live server."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import httpx
import pytest
from document_blocks import Block, count_fences, read_blocks, run_block
from live_server import Live
from substitutions import PENDING, SUBSTITUTIONS, substitute

from antonnia.conversations import Conversations
from antonnia.conversations.exceptions import ValidationError
from antonnia.orchestrator import Orchestrator, types

ROOT = Path(__file__).parents[2]
FOUNDING = ROOT.parent / "shared" / "seed" / "README.md"
FOUNDING_BLOCKS = 13
FOUNDING_PENDING = 1

DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
DOCSTRINGS = sorted(ROOT.glob("packages/*/src/**/*.py"))
WITH_BLOCKS = [path for path in [*DOCUMENTS, *DOCSTRINGS] if count_fences(path)]

needs_founding = pytest.mark.skipif(
    not FOUNDING.exists(),
    reason="the founding document is not beside this checkout, at ../shared/seed/README.md",
)


@pytest.mark.parametrize("path", WITH_BLOCKS, ids=lambda path: str(path.relative_to(ROOT)))
async def test_every_block_runs(
    path: Path, server: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = await run_document(path, server, monkeypatch)

    assert ran == count_fences(path)


@needs_founding
async def test_every_block_of_the_founding_document_runs(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = await run_document(FOUNDING, server, monkeypatch)

    assert ran == FOUNDING_BLOCKS
    assert ran + FOUNDING_PENDING == count_fences(FOUNDING)


@pytest.mark.parametrize("package", PENDING)
def test_what_is_pending_cannot_run_yet(package: str) -> None:
    """Once this fails, take the package off the list, and its blocks are run."""
    assert importlib.util.find_spec(package) is None


async def test_an_ending_survey_is_still_refused(server: Live) -> None:
    """Once this fails, take `ending_survey_id` off the table of substitutions."""
    async with Conversations(server.token, server.base_url) as client:
        session = await client.sessions.create("contact_123", "Jane Smith")

        with pytest.raises(ValidationError) as refused:
            await client.sessions.finish(session.id, ending_survey_id="survey_123")

    assert refused.value.code == "survey_not_found"


@needs_founding
async def test_the_services_of_the_founding_document_are_used_together(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its block only defines `integrated_example`; here it is called too."""
    monkeypatch.setenv("ANTONNIA_BASE_URL", server.base_url)
    [block] = [each for each in read_blocks(FOUNDING) if "integrated_example" in each.source]
    live = await server.with_user()
    namespace: dict[str, Any] = {"live": live}

    await run_block(block, substitute(block.source), namespace)
    await namespace["integrated_example"]()

    async with Conversations(server.token, server.base_url) as client:
        [session] = await client.sessions.search(contact_id=live.user_id)
    assert session.contact_name == "Jane Smith"


def test_there_are_no_threads_yet() -> None:
    """Once this fails, take `Thread` and `threads` off the table of substitutions."""
    assert not hasattr(types, "Thread")
    assert not hasattr(Orchestrator("t"), "threads")


@needs_founding
@pytest.mark.parametrize("substitution", SUBSTITUTIONS, ids=lambda row: row.written)
def test_every_substitution_is_needed(substitution: Any) -> None:
    sources = [block.source for path in [*WITH_BLOCKS, FOUNDING] for block in read_blocks(path)]

    assert any(substitution.written in source for source in sources)


async def run_document(path: Path, server: Live, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the blocks of a document that are not pending; how many there were."""
    # A client that is told no address must not reach the public platform.
    monkeypatch.setenv("ANTONNIA_BASE_URL", server.base_url)
    monkeypatch.setenv("ANTONNIA_TOKEN", server.token)
    namespace: dict[str, Any] = {**names_around(path), "__name__": "__main__"}
    blocks = [block for block in read_blocks(path) if not is_pending(block)]
    async with Conversations(server.token, server.base_url) as client:
        live = await server.with_agents(client)
        for block in blocks:
            namespace |= {"client": client, "live": await live.with_session(client)}
            try:
                await run_block(block, substitute(block.source), namespace)
            except Exception as error:
                error.add_note(f"in the block at {block}")
                raise
    for value in namespace.values():
        if isinstance(value, httpx.AsyncClient):
            await value.aclose()
    return len(blocks)


def names_around(path: Path) -> dict[str, Any]:
    """What a reader of a docstring has imported already: the public names of its module."""
    if path.suffix != ".py":
        return {}
    parts = path.with_suffix("").parts
    module = importlib.import_module(".".join(parts[parts.index("src") + 1 :]))
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def is_pending(block: Block) -> bool:
    return any(
        name == package or name.startswith(f"{package}.")
        for name in block.imports
        for package in PENDING
    )
