"""The secrets of tokens: a prefix, 190 random bits, and a checksum.

The prefix and the checksum let scanners find leaked tokens without false alarms, and let the
server refuse a mistyped one without asking the database. A secret is random enough that a plain
SHA-256 of it can be stored; slow hashes are for passwords.
"""

from __future__ import annotations

import hashlib
import secrets
import string
import zlib

PREFIX = "antn_"
SHOWN_CHARACTERS = len(PREFIX) + 4
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_CHARACTERS = 32
_CHECKSUM_CHARACTERS = 6


def new_secret() -> str:
    """A new secret, for example `antn_` and 38 letters and digits."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return PREFIX + random + _checksum(random)


def is_well_formed(secret: str) -> bool:
    """Whether the checksum is right: true of every secret that was ever made here."""
    random = secret[len(PREFIX) : -_CHECKSUM_CHARACTERS]
    return (
        len(random) == _RANDOM_CHARACTERS
        and secret.isascii()
        and secret == PREFIX + random + _checksum(random)
    )


def hash_secret(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _checksum(random: str) -> str:
    number = zlib.crc32(random.encode())
    digits: list[str] = []
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
