"""What a secret looks like, and which ones were made in this process."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

TOKEN = re.compile(r"antn_[0-9A-Za-z]{38}")
WEBHOOK = re.compile(r"whsec_[0-9A-Za-z+/]{43}=")
# Parts of a secret that are one too, should somebody show only some of it: not its beginning, by
# which people tell tokens apart. Of 21 characters that stand together one part is always there.
PARTS = (slice(9, 20), slice(20, 31), slice(31, 42))


class Found(NamedTuple):
    kind: str
    # As much of it as may be told.
    beginning: str

    def __str__(self) -> str:
        return f"{self.kind} {self.beginning}…"


class Known:
    """The secrets of this process; of others, those that are whole are known by their form."""

    def __init__(self) -> None:
        self._parts: dict[str, Found] = {}
        self._is_ours: Callable[[str], bool] = lambda secret: True
        self._is_installed = False

    def install(self) -> None:
        """Have each secret noted as it is made, once what makes them is loaded."""
        if self._is_installed or "antonnia_server.events.service.webhooks" not in sys.modules:
            return
        self._is_installed = True
        from antonnia_server.auth import secrets
        from antonnia_server.events.service import webhooks

        self._is_ours = secrets.is_well_formed
        for name, made in (
            ("new_secret", secrets.new_secret),
            ("_new_secret", webhooks._new_secret),
        ):
            kind = "token" if name == "new_secret" else "webhook secret"
            noted = self._noting(kind, made)
            for module in list(sys.modules.values()):
                if getattr(module, name, None) is made:
                    setattr(module, name, noted)

    def forget(self) -> None:
        """Of what was made so far, only what is whole is still found."""
        self._parts.clear()

    def note(self, kind: str, secret: str) -> None:
        """Find each part of it from now on."""
        self._parts |= {secret[part]: Found(kind, secret[:9]) for part in PARTS}

    @property
    def parts(self) -> list[str]:
        return list(self._parts)

    def found_in(self, text: str) -> Iterator[Found]:
        if "antn_" in text:
            for match in TOKEN.finditer(text):
                if self._is_ours(match[0]):
                    yield Found("token", match[0][:9])
        if "whsec_" in text:
            for match in WEBHOOK.finditer(text):
                yield Found("webhook secret", match[0][:9])
        for part, found in self._parts.items():
            if part in text:
                yield found

    def _noting(self, kind: str, made: Callable[[], str]) -> Callable[[], str]:
        def noted() -> str:
            secret = made()
            self.note(kind, secret)
            return secret

        return noted
