"""A base learns from its own phrasings how far its confidence can be trusted."""

from __future__ import annotations

import random

import pytest

from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller
from antonnia_server.orchestrator.knowledge import service
from antonnia_server.orchestrator.knowledge.calibration import (
    PRIOR,
    Calibration,
    Example,
    Features,
    fit,
)
from antonnia_server.orchestrator.knowledge.entry import Entry

THINGS = ["lamp", "chair", "table", "mirror", "carpet", "shelf", "curtain", "candle", "vase"]
WISHES = ["return", "repair", "paint", "insure", "rent"]


def entries(phrasings: int) -> list[Entry]:
    """What can be done with each thing, asked in several ways."""
    ways = ["how do I {} the {}", "{} my {} please", "can you {} one {}", "I want to {} that {}"]
    made: list[Entry] = []
    for wish in WISHES:
        for thing in THINGS:
            title, *others = (way.format(wish, thing) for way in ways[:phrasings])
            name = f"{wish}-{thing}"
            made.append(Entry("question", title, "Yes.", name, name, phrasings=tuple(others)))
    return made


def examples(truth: Calibration, count: int) -> list[Example]:
    chance = random.Random(1)
    made: list[Example] = []
    for _ in range(count):
        features = Features(chance.random(), chance.random(), chance.random())
        made.append(Example(features, chance.random() < truth.probability(features)))
    return made


def calibrate(tx: Transaction, caller: Caller, knowledge_id: str) -> int:
    """What the job does; the number of examples."""
    sampled = service.sample(tx, caller, knowledge_id)
    found = service.find_examples(tx, caller, knowledge_id, sampled)
    service.calibrate(tx, caller, knowledge_id, found)
    return len(found)


def test_many_examples_outweigh_the_prior() -> None:
    truth = Calibration(constant=-1.0, coverage=1.0, asked_for=0.5, lead=4.0)

    found = fit(examples(truth, 4000))

    for features in [Features(0.2, 0.2, 0.9), Features(0.9, 0.9, 0.1), Features(0.5, 0.5, 0.5)]:
        assert found.probability(features) == pytest.approx(truth.probability(features), abs=0.05)


def test_no_examples_leave_the_prior() -> None:
    assert list(fit([])) == pytest.approx(list(PRIOR))


def test_more_of_a_feature_never_lowers_a_probability() -> None:
    against = Calibration(constant=2.0, coverage=-4.0, asked_for=1.0, lead=1.0)

    found = fit(examples(against, 2000))

    assert found.coverage == 0
    assert min(found.asked_for, found.lead) > 0


def test_a_base_of_several_phrasings_is_calibrated_by_them(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    service.import_entries(tx, caller, knowledge_id, "a.jsonl", entries(phrasings=3))

    count = calibrate(tx, caller, knowledge_id)

    calibration = service.get_base(tx, caller, knowledge_id).calibration
    assert count > 100
    assert calibration is not None
    assert Calibration(**calibration) != PRIOR


def test_a_base_that_teaches_nothing_keeps_the_prior(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    service.import_entries(tx, caller, knowledge_id, "a.jsonl", entries(phrasings=1))

    calibrate(tx, caller, knowledge_id)

    assert service.get_base(tx, caller, knowledge_id).calibration is None


def test_calibration_moves_a_confidence_and_not_the_order(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    service.import_entries(tx, caller, knowledge_id, "a.jsonl", entries(phrasings=3))
    question = "please paint a lamp for me"
    before = service.search(tx, caller, [knowledge_id], question)

    calibrate(tx, caller, knowledge_id)

    after = service.search(tx, caller, [knowledge_id], question)
    assert after[0].source == before[0].source == "paint-lamp"
    assert after[0].confidence != before[0].confidence


def test_a_sample_is_bounded_however_large_the_base_is(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    many = [Entry("question", f"question {n}", "Yes.", f"s{n}", f"a{n}") for n in range(2_000)]
    service.import_entries(tx, caller, knowledge_id, "a.jsonl", many)

    sampled = service.sample(tx, caller, knowledge_id)

    assert len(sampled) <= 300
    assert max(sampled).number > 1_900


@pytest.mark.parametrize("size", [299, 301, 901])
def test_every_other_entry_of_a_sample_is_held_out_as_a_whole(
    tx: Transaction, caller: Caller, knowledge_id: str, size: int
) -> None:
    many = [
        Entry("question", f"question {n}", "Yes.", f"s{n}", f"a{n}", phrasings=(f"other {n}",))
        for n in range(size)
    ]
    service.import_entries(tx, caller, knowledge_id, "a.jsonl", many)

    sampled = service.sample(tx, caller, knowledge_id)
    found = service.find_examples(tx, caller, knowledge_id, sampled[:20])

    assert len(sampled) > 150
    assert sum(each.is_held_out_as_a_whole for each in sampled) == len(sampled) // 2
    # Two phrasings of each, and every other one as a whole.
    assert len(found) == 50


def test_changes_within_a_while_are_calibrated_once(
    tx: Transaction, caller: Caller, knowledge_id: str
) -> None:
    service.create_entry(tx, caller, knowledge_id, title="Plain", text="It teaches nothing.")
    for number in range(3):
        service.create_entry(
            tx, caller, knowledge_id, title=f"Title {number}", text="Text.", phrasings=["Other"]
        )

    query = "SELECT count(*), min(due_at) FROM jobs WHERE name = 'calibrate_knowledge'"
    count, due_at = tx.connection.exec_driver_sql(query).one()
    assert count == 1
    assert due_at > tx.now
