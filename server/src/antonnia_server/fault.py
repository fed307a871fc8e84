"""What keeps a command from doing its work."""

from __future__ import annotations


class Fault(Exception):
    """Said to the operator in one line on stderr; the command ends with exit code 2."""
