"""One thing that an operator can have done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

from antonnia.core.models import RequestModel

from ..auth.service import record
from ..db import Transaction
from ..http.body import parse_body
from ..http.caller import Caller

Order = TypeVar("Order", bound=RequestModel)
Answer = TypeVar("Answer", bound=BaseModel)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Operation(Generic[Order, Answer]):
    """One thing to be done: what is asked, what is answered, and the unit of work."""

    order: type[Order]
    answer: type[Answer]
    work: Callable[[Transaction, Order], Answer]

    @property
    def name(self) -> str:
        return self.work.__name__


def change(
    tx: Transaction, caller: Caller, service: Callable[..., Result], *arguments: Any
) -> Result:
    """Have a service change something, and write in the audit log that the operator did it.

    An entry of the operator's names no token: it is known by that.
    """
    result = service(tx, caller, *arguments)
    ids = tuple(argument for argument in arguments if isinstance(argument, str))
    record(tx, caller, service.__name__, result, ids)
    return result


def body_of(model: type[Order], **given: object) -> Order:
    """The body that the API would take for this, which refuses the same in the same words."""
    return parse_body(to_json({k: v for k, v in given.items() if v is not None}), model)
