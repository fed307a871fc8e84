"""What an error of PostgreSQL means: try again, a mistake of ours, or trouble of the storage."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import DBAPIError

from .trouble import Trouble

# Units that met others: of two that wait for each other one is chosen, and of two that found
# nothing and made the same thing the later one is refused. Each runs again and sees the other.
_SERIALIZATION_FAILURE = "40001"
_DEADLOCK = "40P01"
_UNIQUE_VIOLATION = "23505"
_CONFLICTS = {_SERIALIZATION_FAILURE, _DEADLOCK, _UNIQUE_VIOLATION}

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_SQLSTATE = {
    "25006": Trouble.READ_ONLY,
    "25P03": Trouble.UNAVAILABLE,
    "25P04": Trouble.UNAVAILABLE,
    "28000": Trouble.UNAVAILABLE,
    "28P01": Trouble.UNAVAILABLE,
    "3D000": Trouble.UNAVAILABLE,
    "53100": Trouble.FULL,
    "55P03": Trouble.UNAVAILABLE,
    "57014": Trouble.UNAVAILABLE,
    "72000": Trouble.UNAVAILABLE,
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
}
# It shuts down, another of its processes has crashed, it starts.
_GOING_AWAY = {"57P01", "57P02", "57P03"}
# Connections, resources, interventions of an operator, the system around the server.
_BY_CLASS: dict[str, Trouble] = dict.fromkeys(("08", "53", "57", "58", "F0"), Trouble.UNAVAILABLE)


def is_conflict(error: BaseException) -> bool:
    """Whether the unit may succeed if it is run again."""
    return _sqlstate_of(error) in _CONFLICTS


def trouble_of_server(error: BaseException) -> Trouble | None:
    """What the server did wrong; None for a mistake of ours, such as in our SQL."""
    cause = _cause_of(error)
    if not isinstance(cause, psycopg.Error):
        return None
    code = cause.sqlstate
    if code is not None:
        return _BY_SQLSTATE.get(code, _BY_CLASS.get(code[:2]))
    # The server said nothing: it cannot be reached, or went away.
    is_lost = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return Trouble.UNAVAILABLE if is_lost else None


def is_absence(error: BaseException) -> bool:
    """Whether the server could not be reached or went away, whatever it was asked."""
    cause = _cause_of(error)
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    code = cause.sqlstate
    return code is None or code in _GOING_AWAY or code.startswith("08")


def _sqlstate_of(error: BaseException) -> str | None:
    cause = _cause_of(error)
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _cause_of(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error
