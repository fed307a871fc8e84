"""Sockets under a connection."""

from __future__ import annotations

import socket
from typing import Any, Optional


def shut_down(stream: Any) -> None:
    """End what waits on a stream of httpcore, in whichever thread; on none there is nothing."""
    connected: Optional[socket.socket] = stream and stream.get_extra_info("socket")
    if connected is not None and connected.fileno() != -1:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster: the thread has been woken already.
            return
