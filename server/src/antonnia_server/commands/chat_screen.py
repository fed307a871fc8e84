"""What `antonnia chat` shows, and what is typed into it."""

from __future__ import annotations

import json
import os

# With it loaded, what is typed into `input` can be edited and called back.
import readline
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import click

from antonnia.conversations.exceptions import AntonniaError

from .shown import printable
from .talk import Heard, Talk
from .why import why_lines

PROMPT = "you> "
LISTEN_SECONDS = 0.3
HELP = """\
  /why    how the last answer came about; /why --json for all of it
  /new    begin a new session
  /quit   leave; Ctrl-D does it too
  /help   this"""


class Screen:
    """A person at a terminal; what others write appears while they type."""

    def __init__(self, talk: Talk, debounce_seconds: float) -> None:
        self._talk = talk
        self._debounce_seconds = debounce_seconds
        self._is_plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
        # Held by whoever asks the server or prints.
        self._turn = threading.Lock()
        self._is_at_prompt = False

    def run(self) -> None:
        """Until the person leaves."""
        click.echo(f"Talking to {self._who()} in session {self._talk.session.id}; /help says more.")
        with self._listening():
            # To leave takes no turn: the listener may wait for a server that never comes back.
            while (line := self._read()) is not None and line != "/quit":
                with self._turn:
                    self._obey(line)

    def _read(self) -> str | None:
        """What the person typed; None when they leave."""
        self._is_at_prompt = True
        try:
            return input(PROMPT).strip()
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return None
        finally:
            self._is_at_prompt = False

    def _obey(self, line: str) -> None:
        if line == "/help":
            click.echo(HELP)
        elif line == "/new":
            self._talk.begin()
            click.echo(f"A new session, {self._talk.session.id}, with {self._who()}.")
        elif line in ("/why", "/why --json"):
            self._explain(is_raw=line != "/why")
        elif line.startswith("/"):
            click.echo(f"There is no {printable(line)}; /help says what there is.")
        elif line:
            self._say(line)

    def _say(self, text: str) -> None:
        if self._talk.session.status == "closed":
            self._talk.begin()
            self._note(f"the session was closed; this is a new one, {self._talk.session.id}")
        started = time.monotonic()
        message = self._talk.say(text, self._debounce_seconds)
        if not self._talk.is_with_ai:
            self._note(f"{self._who()} will read it; /new goes back to the assistant")
            return
        for heard in self._talk.wait(message):
            self._show(heard, seconds=time.monotonic() - started)

    def _show(self, heard: Heard, seconds: float | None = None) -> None:
        _echo_words(heard)
        if heard.outcome != "person":
            self._note(_notes(heard, seconds))

    def _explain(self, *, is_raw: bool) -> None:
        why = self._talk.explain()
        if why is None:
            click.echo("Nothing has been answered yet.")
        elif is_raw:
            for step in why.steps:
                click.echo(json.dumps(step.model_dump(mode="json"), indent=2, ensure_ascii=True))
        else:
            for line in why_lines(why):
                click.echo(line)

    def _note(self, text: str) -> None:
        note = _bracketed(text)
        click.echo(note if self._is_plain else f"\x1b[2m{note}\x1b[0m")

    def _who(self) -> str:
        return printable(self._talk.holder or "a person, when one is free,")

    @contextmanager
    def _listening(self) -> Generator[None]:
        """Show what agents write while the person is at the prompt."""
        is_over = threading.Event()

        def listen() -> None:
            while not is_over.wait(LISTEN_SECONDS):
                with self._turn:
                    try:
                        heard = self._talk.listen() if self._is_at_prompt else []
                    except AntonniaError as error:
                        # What is said next meets it again, and ends the talk.
                        self._note(str(error))
                        return
                    if heard:
                        self._show_above_prompt(heard)

        listener = threading.Thread(target=listen, name="antonnia-chat-listener", daemon=True)
        listener.start()
        try:
            yield
        finally:
            is_over.set()

    def _show_above_prompt(self, heard: list[Heard]) -> None:
        click.echo("\r\x1b[K", nl=False)
        for each in heard:
            self._show(each)
        click.echo(PROMPT + readline.get_line_buffer(), nl=False)


def answer_each(talk: Talk, debounce_seconds: float, *, is_json: bool) -> None:
    """Take each line of standard input as a message, and print what comes of it.

    After a hand-off the next line begins a new session: nobody would answer it in the old one.
    """
    is_handed_off = False
    for line in sys.stdin:
        text = line.strip()
        if not text:
            continue
        if talk.session.status == "closed" or is_handed_off:
            talk.begin()
        started = time.monotonic()
        heard = talk.wait(talk.say(text, debounce_seconds))
        is_handed_off = any(each.outcome == "hand_off" for each in heard)
        seconds = time.monotonic() - started
        if is_json:
            click.echo(_json_line(talk, text, heard, seconds))
            continue
        click.echo(PROMPT + printable(text))
        for each in heard:
            _echo_words(each)
            click.echo(_bracketed(_notes(each, seconds)))
        if not heard:
            click.echo(_bracketed("nobody has answered; the session waits for a person"))


def _echo_words(heard: Heard) -> None:
    for number, line in enumerate(heard.text.splitlines() or [""]):
        speaker = f"{printable(heard.speaker)}> " if number == 0 else "  "
        click.echo(speaker + printable(line))


def _notes(heard: Heard, seconds: float | None) -> str:
    """What a developer wants to know of an answer."""
    notes = [heard.outcome]
    if heard.outcome == "hand_off":
        notes = [f"handed off to a person: {heard.reason}"]
    elif heard.outcome == "answer":
        notes += heard.sources
    if heard.confidence is not None:
        notes.append(f"confidence {heard.confidence:.2f}")
    if seconds is not None:
        notes.append(f"{seconds * 1000:.0f} ms")
    return " · ".join(notes)


def _bracketed(text: str) -> str:
    return f"  [{printable(text)}]"


def _json_line(talk: Talk, text: str, heard: list[Heard], seconds: float) -> str:
    last = heard[-1] if heard else Heard("", "", "none")
    return json.dumps(
        {
            "session_id": talk.session.id,
            "question": text,
            "outcome": last.outcome,
            "text": "\n".join(each.text for each in heard),
            "sources": last.sources,
            "confidence": last.confidence,
            "reason": last.reason,
            "milliseconds": round(seconds * 1000, 1),
        }
    )
