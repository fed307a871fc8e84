"""A small service to test the transport with."""

from typing import Optional

from antonnia.core.models import JsonObject, RequestModel, WireModel


class Thing(WireModel):
    id: str


class ThingFields(RequestModel):
    name: Optional[str] = None
    owner: Optional[str] = None


class ThingUpdate(RequestModel):
    fields: Optional[ThingFields] = None


class ThingCreate(RequestModel):
    name: str
    weight: Optional[float] = None
    metadata: Optional[JsonObject] = None


class ThingSearch(RequestModel):
    name: Optional[str] = None
    offset: Optional[int] = None
    limit: Optional[int] = None
    cursor: Optional[str] = None
