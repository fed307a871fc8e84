"""What `/metrics` says, read by Prometheus's own parser."""

from __future__ import annotations

from in_process import Server
from prometheus_client.parser import text_string_to_metric_families


class Figures:
    """What was scraped: the value of a name and of some of its labels."""

    def __init__(self, text: str) -> None:
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def of(self, name: str, /, **labels: str) -> float | None:
        """None where there is no such figure."""
        for sample in self._samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
        return None

    def labels(self, name: str) -> list[dict[str, str]]:
        return [sample.labels for sample in self._samples if sample.name == name]


async def scraped(server: Server) -> Figures:
    async with server.http() as anyone:
        response = await anyone.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return Figures(response.text)
