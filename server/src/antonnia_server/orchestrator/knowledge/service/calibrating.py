"""A base learns from its own entries when an answer is right (see `calibration`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from antonnia_server import jobs
from antonnia_server.clock import SECOND
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from .. import retrieval
from ..calibration import MIN_EXAMPLES, Example, Features, fit
from ..retrieval import Held
from ..storage import bases as storage
from ..storage import entries as entries_storage
from ..storage.bases import BaseRow
from ..words import question_words
from .indexing import Numbered

CALIBRATE_KNOWLEDGE = "calibrate_knowledge"

# How long a base is left alone after a change, so that an import of many pieces is one change;
# but one that is always being changed is calibrated all the same.
QUIET_SECONDS = 30
AT_MOST_AFTER_SECONDS = 600

# How many entries are asked about, spread over the base, and how many in one look at it.
SAMPLE = 300
ASKED_AT_ONCE = 10

# How many phrasings of one entry are held out.
HELD_OUT = 2

# Of so many entries that are asked about one is held out as a whole: about a fifth of the questions
# have no answer.
HELD_OUT_AS_A_WHOLE = 2

NO_FEATURES = Features(0.0, 0.0, 0.0)


class Sampled(NamedTuple):
    """The number of an entry that is asked about, and whether it is held out as a whole too."""

    number: int
    is_held_out_as_a_whole: bool


def schedule_if_it_teaches(
    tx: Transaction, caller: Caller, base: BaseRow, changed: Sequence[Numbered] = ()
) -> None:
    """Have the base calibrated anew, unless the change can have taught it nothing."""
    if base.calibration is not None or any(
        each.entry.phrasings or each.added_phrasings for each in changed
    ):
        schedule_calibration(tx, caller, base.id)


def schedule_calibration(tx: Transaction, caller: Caller, knowledge_id: str) -> None:
    """Have the base calibrated once it has been left alone for a while."""
    jobs.schedule(
        tx,
        caller,
        CALIBRATE_KNOWLEDGE,
        {"knowledge_id": knowledge_id},
        due_at=tx.now + QUIET_SECONDS * SECOND,
        dedupe_key=knowledge_id,
        lock_key=f"{CALIBRATE_KNOWLEDGE}:{knowledge_id}",
        at_most_after=AT_MOST_AFTER_SECONDS * SECOND,
    )


def sample(tx: Transaction, caller: Caller, knowledge_id: str) -> list[Sampled]:
    """Entries spread over the base; some may be gone."""
    last = entries_storage.last_number(tx, caller, knowledge_id)
    step = max(1, math.ceil(last / SAMPLE))
    # By the place, not by the number: those of an even step are all odd.
    return [
        Sampled(number, is_held_out_as_a_whole=place % HELD_OUT_AS_A_WHOLE == 0)
        for place, number in enumerate(range(1, last + 1, step), start=1)
    ]


def find_examples(
    tx: Transaction, caller: Caller, knowledge_id: str, sampled: Sequence[Sampled]
) -> list[Example]:
    """What asking for these entries teaches; nothing is written."""
    base = storage.find_base(tx, caller, knowledge_id)
    if base is None:
        return []
    return [example for each in sampled for example in _examples(tx, caller, base, each)]


def calibrate(
    tx: Transaction, caller: Caller, knowledge_id: str, examples: Sequence[Example]
) -> None:
    """Write down what the examples teach, if they are enough."""
    if len(examples) < MIN_EXAMPLES:
        storage.update_calibration(tx, caller, knowledge_id, None)
    else:
        storage.update_calibration(tx, caller, knowledge_id, fit(examples)._asdict())


def _examples(
    tx: Transaction, caller: Caller, base: BaseRow, sampled: Sampled
) -> Iterator[Example]:
    number = sampled.number
    row = entries_storage.find_by_number(tx, caller, base.id, number)
    if row is None:
        return
    phrasings = [row.title, *row.phrasings, *row.added_phrasings]
    # An entry of one phrasing has nothing left to be found by.
    if len(phrasings) < 2:
        return
    for place in range(min(HELD_OUT, len(phrasings))):
        yield _ask(
            tx, caller, base, phrasings[-1 - place], Held(number, len(phrasings) - 1 - place)
        )
    if sampled.is_held_out_as_a_whole:
        yield _ask(tx, caller, base, row.title, Held(number, None))


def _ask(tx: Transaction, caller: Caller, base: BaseRow, question: str, held: Held) -> Example:
    ranked = retrieval.rank(tx, caller, base, question_words(question), held)
    if not ranked:
        return Example(NO_FEATURES, is_right=False)
    return Example(retrieval.features_of(ranked), is_right=ranked[0].number == held.number)
