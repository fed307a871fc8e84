"""What stands in the documents for something that only a live server has.

A block is run as it is written, except for the rows of this table. A row that no document needs
any more fails a test, so the table holds nothing else.
"""

from __future__ import annotations

from typing import NamedTuple


class Substitution(NamedTuple):
    """What is written, what is run instead, and why it cannot be run as written."""

    written: str
    run: str
    why: str


SUBSTITUTIONS = [
    Substitution('"https://api.antonnia.com"', "live.base_url", "no test leaves this machine"),
    Substitution('"http://127.0.0.1:8000"', "live.base_url", "the test's server has a free port"),
    Substitution('"your_api_token"', "live.token", "a secret of the live server"),
    Substitution('"your_api_token_here"', "live.token", "the same"),
    Substitution('"your_token"', "live.token", "the same"),
    Substitution('"conv_token"', "live.token", "the same; one token is for all services"),
    Substitution('"orch_token"', "live.token", "the same"),
    Substitution('"auth_token"', "live.token", "the same"),
    Substitution('"user_123"', "live.user_id", "a member of the live server's organization"),
    Substitution('"sess_123"', "live.session_id", "the server makes ids; a new one for each block"),
    Substitution('"msg_456"', "live.message_id", "the first message of that session"),
    Substitution('"agent_456"', "live.ai_agent_id", "the AI agent that new sessions get"),
    Substitution('"agent_789"', "live.human_agent_id", "a person"),
    Substitution(
        'proxies="http://proxy.example.com:8080",',
        'proxy="http://proxy.example.com:8080",',
        "httpx 0.28 removed `proxies=`",
    ),
    Substitution(
        'proxy="http://proxy.example.com:8080",',
        'proxy="http://proxy.example.com:8080", mounts={"all://127.0.0.1": None},',
        "the proxy does not exist; the live server is reached past it",
    ),
    Substitution(
        "client.sessions.create(...)",
        'client.sessions.create("contact_123", "Jane Smith")',
        "the founding document leaves the arguments to the reader",
    ),
    Substitution(
        'ending_survey_id="survey_123"',
        "ending_survey_id=None",
        "there are no surveys yet: as written it is refused with `survey_not_found`, which "
        "`test_an_ending_survey_is_still_refused` holds",
    ),
    Substitution(
        "from antonnia.orchestrator.types import Thread, Run",
        "from antonnia.orchestrator.types import Run",
        "there are no threads yet, which `test_there_are_no_threads_yet` holds",
    ),
    Substitution(
        "thread = await orchestrator.threads.create(",
        "thread = dict(",
        "the same; what it would be given is made all the same",
    ),
]

# Blocks that import one of these are not run. A test fails as soon as one can be imported.
PENDING = {
    "antonnia.analytics": "the founding document's example of a package that somebody may add",
}


def substitute(source: str) -> str:
    """The source as it is run."""
    for substitution in SUBSTITUTIONS:
        source = source.replace(substitution.written, substitution.run)
    return source
