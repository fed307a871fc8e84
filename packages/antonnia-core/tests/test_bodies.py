from datetime import datetime, timezone

import pytest
from things import ThingCreate, ThingFields, ThingSearch, ThingUpdate

from antonnia.core import NOT_GIVEN, ValidationError, make_body
from antonnia.core.bodies import continue_from, encode_body


def test_what_is_none_or_not_given_is_left_out() -> None:
    body = make_body(ThingSearch, {"limit": NOT_GIVEN}, name=None, offset=0)

    assert encode_body(body) == b'{"offset":0}'


def test_a_nullable_argument_is_sent_as_null() -> None:
    body = make_body(ThingSearch, {"name": None})

    assert encode_body(body) == b'{"name":null}'


def test_a_body_within_a_body_has_only_what_was_given() -> None:
    body = make_body(ThingUpdate, fields={"owner": None})

    assert encode_body(body) == b'{"fields":{"owner":null}}'
    assert encode_body(make_body(ThingUpdate, fields=ThingFields())) == b'{"fields":{}}'


def test_a_wrong_value_is_the_error_that_the_server_would_answer() -> None:
    with pytest.raises(ValidationError) as caught:
        make_body(ThingSearch, limit="10")

    error = caught.value
    assert error.status_code == 422
    assert error.code == "validation_error"
    assert error.errors == [
        {"loc": ["body", "limit"], "msg": "Input should be a valid integer", "type": "int_type"}
    ]
    assert error.message == "limit: Input should be a valid integer"


def test_a_misspelt_field_is_an_unknown_field() -> None:
    with pytest.raises(ValidationError) as caught:
        make_body(ThingUpdate, fields={"nmae": "a"})

    assert caught.value.code == "unknown_field"
    assert caught.value.errors[0]["loc"] == ["body", "fields", "nmae"]


CYCLE: dict = {}
CYCLE["self"] = CYCLE

ABYSS: list = []
for _ in range(100_000):
    ABYSS = [ABYSS]


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        (1, 2),
        b"bytes",
        object(),
        datetime.now(timezone.utc),
        float("nan"),
        float("-inf"),
        {1: "a"},
        [{"deep": {object()}}],
        "\ud800",
        CYCLE,
        ABYSS,
    ],
    ids=lambda value: type(value).__name__,
)
def test_metadata_that_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        encode_body(make_body(ThingCreate, name="a", metadata={"key": value}))

    assert caught.value.status_code == 422
    assert caught.value.code == "validation_error"
    assert caught.value.errors


def test_metadata_of_every_json_kind_is_sent_unchanged() -> None:
    metadata = {"a": [1, 2.5, "é", None, True, {"b": {}}]}

    body = encode_body(make_body(ThingCreate, name="a", metadata=metadata))

    assert body.decode() == '{"name":"a","metadata":{"a":[1,2.5,"é",null,true,{"b":{}}]}}'


def test_nan_is_refused_as_a_number_too() -> None:
    with pytest.raises(ValidationError):
        make_body(ThingCreate, name="a", weight=float("nan"))


def test_a_continued_search_keeps_its_filters_and_drops_its_offset() -> None:
    body = make_body(ThingSearch, name="a", offset=20, limit=10)

    assert encode_body(continue_from(body, "c1")) == b'{"name":"a","limit":10,"cursor":"c1"}'
