"""To which event loop a connection belongs."""

from __future__ import annotations


def running_loop() -> object:
    """The asyncio loop that runs now, or `None` under another framework such as trio."""
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def no_loop() -> object:
    """What the sync twin asks instead: its connections belong to no loop, whichever runs."""
    return None
