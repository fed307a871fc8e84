"""How much is read from all connections together, before everyone else has a turn.

The system hands over what each connection has sent, up to megabytes of it, before the event loop
does anything else. A thousand that send as fast as they can would hold everyone up for seconds.
"""

from __future__ import annotations

from collections import OrderedDict

from uvicorn.protocols.http.flow_control import FlowControl

# In a tenth of a second. Reading as much takes about a tenth of that.
MAX_BYTES = 16 * 1024 * 1024
# The event loop reads at most so much at a time, so that these take no more than all of it.
MAX_LET_GO = MAX_BYTES // (256 * 1024)


class HeldFlow(FlowControl):
    """Reading from one connection, which can be held up whatever the application asks for."""

    is_held = False

    def hold(self) -> None:
        self.is_held = True
        if not self.read_paused:
            self._transport.pause_reading()

    def let_go(self) -> None:
        self.is_held = False
        if not self.read_paused and not self._transport.is_closing():
            self._transport.resume_reading()

    def pause_reading(self) -> None:
        if self.is_held:
            self.read_paused = True
        else:
            super().pause_reading()

    def resume_reading(self) -> None:
        if self.is_held:
            self.read_paused = False
        else:
            super().resume_reading()


class Inflow:
    """What is read from all connections, and which have to wait with the rest."""

    def __init__(self) -> None:
        self._left = MAX_BYTES
        # The one that has waited longest first.
        self._held: OrderedDict[HeldFlow, None] = OrderedDict()

    def take(self, size: int) -> bool:
        """Count bytes that were read; whether that is enough for now."""
        self._left -= size
        return self._left < 0

    def hold(self, flow: HeldFlow) -> None:
        """Read no more from a connection until its turn comes."""
        if not flow.is_held:
            self._held[flow] = None
            flow.hold()

    def forget(self, flow: HeldFlow) -> None:
        """The connection is lost."""
        self._held.pop(flow, None)

    def renew(self) -> None:
        """A tenth of a second has passed."""
        self._left = MAX_BYTES
        for _ in range(min(len(self._held), MAX_LET_GO)):
            flow, _ = self._held.popitem(last=False)
            flow.let_go()
