"""Signatures of webhooks, as Standard Webhooks has them (`v1`, symmetric)."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Iterable

PREFIX = "whsec_"


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The signature of a body that is sent under `id` at `timestamp`, in seconds since 1970.

    Raises:
        ValueError: `secret` is not `whsec_…`.
    """
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(_key_of(secret), signed, "sha256")).decode()


def is_signed(
    secrets: Iterable[str], id: str, timestamp: int, body: bytes, signatures: str
) -> bool:
    """Whether one of `signatures`, which spaces separate, was made with one of `secrets`.

    How long it takes says nothing about a signature that would be right.

    Raises:
        ValueError: A secret is not `whsec_…`.
    """
    given = [signature.encode() for signature in signatures.split(" ")]
    is_found = False
    for secret in secrets:
        expected = sign(secret, id, timestamp, body).encode()
        for signature in given:
            is_found |= hmac.compare_digest(signature, expected)
    return is_found


def _key_of(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise ValueError(f"the secret of a webhook begins with {PREFIX}")
    try:
        key = base64.b64decode(secret[len(PREFIX) :], validate=True)
    except (binascii.Error, ValueError) as exc:
        # What is said must not hold the secret.
        raise ValueError(f"in the secret of a webhook {PREFIX} is followed by base64") from exc
    if not key:
        raise ValueError(f"in the secret of a webhook nothing follows {PREFIX}")
    return key
