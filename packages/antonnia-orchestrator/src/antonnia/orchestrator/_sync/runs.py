# Generated from ../runs.py by `make sync`; do not edit.

"""Runs: how an assistant came to what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, cast

from antonnia.core import SyncTransport, path_of

if TYPE_CHECKING:
    from antonnia.orchestrator.types import Run, RunStep

    from .raw import SyncRawRuns


class SyncRuns:
    """The runs of assistants; a message names the one that wrote it in `run_id`."""

    def __init__(self, transport: SyncTransport) -> None:
        self._transport = transport

    @property
    def with_raw_response(self) -> SyncRawRuns:
        """The same methods, each with a `RawResponse`: status, headers, content and `parse()`."""
        return cast("SyncRawRuns", SyncRuns(self._transport.raw()))

    def get(self, run_id: str) -> Run:
        """Read a run.

        Args:
            run_id: The run, `run_…`.

        Raises:
            NotFoundError: `run_not_found`.
        """
        from antonnia.orchestrator.types import Run

        return self._transport.get(path_of("runs", run_id), Run)

    def list_steps(self, run_id: str) -> List[RunStep]:
        """Read what a run did, step by step, all of it.

        A `retrieval` step has in `output` what the knowledge found, with its confidence; what was
        said to the contact cites its entries in `citations`.

        Args:
            run_id: The run, `run_…`.

        Raises:
            NotFoundError: `run_not_found`.
        """
        from antonnia.orchestrator.types import RunStep

        return self._transport.get(path_of("runs", run_id, "steps"), List[RunStep])
