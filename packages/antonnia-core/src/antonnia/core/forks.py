"""What a forked process must not share with its parent.

A child that wrote into its parent's sockets would mix two conversations with the server into one.
"""

from __future__ import annotations

import os
import weakref
from typing import List, Protocol


class Forgetful(Protocol):
    """Holds connections, and can forget them."""

    def forget_what_was_inherited(self) -> object:
        """Give up everything opened before the fork; what is returned is never used again."""
        ...


_holders: weakref.WeakSet[Forgetful] = weakref.WeakSet()

# Kept for as long as the child lives: to close an inherited connection could end it for the parent.
_inherited: List[object] = []


def follow_forks(holder: Forgetful) -> None:
    """Have the holder forget its connections in every forked child."""
    _holders.add(holder)


def _forget() -> None:
    _inherited.extend([holder.forget_what_was_inherited() for holder in list(_holders)])


# Windows does not fork.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
