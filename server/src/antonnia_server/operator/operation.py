"""One thing that an operator can have done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from antonnia.core.models import RequestModel

from ..db import Transaction

Order = TypeVar("Order", bound=RequestModel)
Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Operation(Generic[Order, Answer]):
    """One thing to be done: what is asked, what is answered, and the unit of work."""

    order: type[Order]
    answer: type[Answer]
    work: Callable[[Transaction, Order], Answer]

    @property
    def name(self) -> str:
        return self.work.__name__
