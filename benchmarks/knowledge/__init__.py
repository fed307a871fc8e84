"""How well the knowledge engine answers, and how fast; see benchmarks/README.md."""

from .measure import measure

__all__ = ["measure"]
