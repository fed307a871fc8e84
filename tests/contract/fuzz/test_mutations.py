"""Bytes that were a right request before something happened to them.

For every POST of the OpenAPI document: bodies that its schema allows, damaged at random, on one
connection that stays open throughout. Whatever comes of it, it is no 5xx, a refusal is a problem
document, the connection goes on to be used, and the server logs no error (`server` sees to that).

`ANTONNIA_CONTRACT_MUTATIONS` is the number of bodies for each operation, at a random seed, which is
printed; without it the seed is always the same.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter

from document import Operation, operations_of, read_document
from example_bodies import ExampleBodies
from given_ids import GivenIds
from mutations import mutated
from raw_http import Answer, Connection, problem_of, request_of

MUTATIONS = int(os.environ.get("ANTONNIA_CONTRACT_MUTATIONS", "2000"))
SEED = random.randrange(2**32) if "ANTONNIA_CONTRACT_MUTATIONS" in os.environ else 1
# So many bodies for one session, which some of them close.
FRESH_EVERY = 50


def test_a_damaged_body_is_refused_in_words_or_taken(connection: Connection, ids: GivenIds) -> None:
    document = read_document(connection)
    posts = [each for each in operations_of(document) if each.method == "POST"]

    print(f"\nDamaged bodies, seed {SEED}")
    for operation in posts:
        rng = random.Random(f"{SEED} {operation}")
        examples = ExampleBodies(document, rng)
        answered = Counter(send_mutations(connection, ids, operation, examples, rng))
        print(f"  {operation}: {dict(sorted(answered.items()))}")
        assert answered[400] > 0
        assert answered[422] > 0
        assert sum(answered.values()) == MUTATIONS
        assert min(answered) >= 200
        assert max(answered) < 500


def send_mutations(
    connection: Connection,
    ids: GivenIds,
    operation: Operation,
    examples: ExampleBodies,
    rng: random.Random,
) -> list[int]:
    """The statuses of what was answered."""
    assert operation.body_schema is not None, operation
    statuses: list[int] = []
    for number in range(MUTATIONS):
        if number % FRESH_EVERY == 0:
            ids.forget_sessions()
        body = mutated(rng, json.dumps(examples.make(operation.body_schema)).encode())
        answer = connection.ask(a_post(operation, ids, body))
        assert not answer.closes, (operation, body)
        refuse_nonsense(answer, body)
        statuses.append(answer.status)
    return statuses


def refuse_nonsense(answer: Answer, body: bytes) -> None:
    """Fail if the answer is not one that a person or a program can go on with."""
    assert answer.status < 500, (body, answer)
    if answer.status < 400:
        assert_well_formed(answer)
        return
    problem = problem_of(answer)
    if problem["code"] in ("validation_error", "unknown_field"):
        assert "Input should" not in problem["detail"], (body, problem)
        assert problem.get("errors") or "too many" in problem["detail"], (body, problem)


def assert_well_formed(answer: Answer) -> None:
    """Fail if the body is not of the media type that it says it is of."""
    match answer.headers["content-type"]:
        case "application/json":
            answer.json()
        case "application/jsonl":
            # Of nothing found there is no line.
            assert answer.body[-1:] in (b"", b"\n"), answer
            for line in answer.body.splitlines():
                json.loads(line)
        case other:
            raise AssertionError(f"{other} is no media type of an operation: {answer}")


def a_post(operation: Operation, ids: GivenIds, body: bytes) -> bytes:
    """The whole request, with ids that exist in its path where the table of ids knows them."""
    path = re.sub(r"\{(\w+)\}", lambda match: known(ids, match[1]), operation.path)
    headers = [f"Authorization: Bearer {ids('token')}".encode()]
    return request_of(f"POST {path}".encode(), headers, body)


def known(ids: GivenIds, parameter: str) -> str:
    name = parameter.removesuffix("_id")
    return ids(name) if name in GivenIds.NAMES else f"{name}_none"
