"""Suggestions: the titles that a contact is offered, and what the contact makes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple
from unicodedata import normalize

from antonnia_server.conversations.service import MessageRow, SessionRow
from antonnia_server.db import Transaction
from antonnia_server.http.caller import Caller

from ..knowledge.words import fold, words
from ..storage import runs as storage
from ..storage.runs import ThreadRow
from .gaps import GapKey

# What asks for a person, after a suggestion that says how to.
_PERSON = {
    *("person", "a person", "the person", "human", "a human", "agent", "an agent", "someone"),
    *("none", "none of these", "none of them", "none of those", "neither", "no", "nothing"),
}
_WANT_PERSON = re.compile(
    r"(?:i want |i would like |i d like )?(?:to )?(?:talk |speak )?(?:to |with )?(.+)"
)
_NUMBERS = {
    word: number
    for number, names in [(1, "1 1st one first"), (2, "2 2nd two second"), (3, "3 3rd three third")]
    for word in names.split()
}
_NUMBER = re.compile(r"(?:the |number |no |nr |option |answer )*(\w+?)(?: one)?")
# A sign, a currency or a unit beside a digit makes an amount, and a point before it a fraction,
# unless that ends a word, as in "no.2".
_AMOUNT = re.compile(
    "[-\u2010-\u2015\u2212+\u00b1<>=\u2264\u2265\u2248~\u00d7\u00f7/^%$\u20ac\u00a3\u00a5\u20b9]"
    " *[0-9]"
    r"|(?<![^\W\d_])[.,] *[0-9]"
    "|[0-9] *[+<>=\u00d7\u00f7/^%\u2030\u00b0$\u20ac\u00a3\u00a5\u20b9]"
)
_PLEASE = re.compile(r"^please | please$")

# Of a title that a file brought, which may be a page long.
MAX_SHOWN_CHARACTERS = 200


class Offer(NamedTuple):
    """What a run suggested, as its ledger holds it."""

    matches: list[dict[str, Any]]
    # The position of the message that offered them: nothing before it can be a reply to it.
    position: int
    gap: GapKey | None


class Choice(NamedTuple):
    """What the contact made of an offer: one of the entries, or a person."""

    match: dict[str, Any] | None


def suggestion_text(titles: Sequence[str]) -> str:
    """What a contact reads who is offered these entries."""
    listed = "\n".join(f"{number}. {_shown(title)}" for number, title in enumerate(titles, start=1))
    return (
        "I am not sure what you mean. Is it one of these? Then send me its number.\n\n"
        f'{listed}\n\nIf it is not, send "person", and a person will answer you here.'
    )


def find_offer(
    tx: Transaction, caller: Caller, session: SessionRow, thread: ThreadRow
) -> Offer | None:
    """What was suggested last, if nothing came between that would give a number another meaning.

    Who writes or takes over in between moves the epoch, and "2" may then be meant for them.
    """
    if thread.offered_run_id is None:
        return None
    run = storage.find_run(tx, caller, thread.offered_run_id)
    if run is None or run.epoch != session.epoch:
        return None
    for step in storage.list_steps(tx, caller, run.id):
        if step.output is not None and "offered" in step.output:
            output = step.output
            gap = None if output["gap"] is None else GapKey(**output["gap"])
            return Offer(output["offered"], output["position"], gap)
    return None


def read_choice(offer: Offer, messages: Sequence[MessageRow]) -> Choice | None:
    """What the contact chose; None if the messages say anything else, or more."""
    choices = [_choice(offer, message) for message in messages]
    return choices[0] if choices and all(each == choices[0] for each in choices) else None


def _choice(offer: Offer, message: MessageRow) -> Choice | None:
    text: str | None = message.content.get("text") or message.content.get("transcript")
    if text is None or message.position <= offer.position:
        return None
    said = _PLEASE.sub("", _plain(text))
    for number, match in enumerate(offer.matches, start=1):
        title, shown = _plain(match["title"]), _plain(_shown(match["title"]))
        if said and said in (title, shown, f"{number} {title}", f"{number} {shown}"):
            return Choice(match)
    asked_for = _WANT_PERSON.fullmatch(said)
    if said in _PERSON or (asked_for is not None and asked_for[1] in _PERSON):
        return Choice(None)
    if _AMOUNT.search(normalize("NFKC", text)):
        return None
    named = _NUMBER.fullmatch(said)
    number = 0 if named is None else _NUMBERS.get(named[1], 0)
    return Choice(offer.matches[number - 1]) if 0 < number <= len(offer.matches) else None


def _shown(title: str) -> str:
    """A title on one line, cut if it is long."""
    line = " ".join(title.split())
    return line if len(line) <= MAX_SHOWN_CHARACTERS else f"{line[: MAX_SHOWN_CHARACTERS - 1]}…"


def _plain(text: str) -> str:
    # A number on a key is that number with two marks on it.
    return " ".join(words(fold(text.replace("\ufe0f", "").replace("\u20e3", ""))))
