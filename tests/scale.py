"""How much the heavy suites do: `make test` is the default, `make soak` sets the rest."""

from __future__ import annotations

import os

# Times that tokens are ended in each way, and rotated at once, under requests with them.
REVOCATION_ROUNDS = int(os.environ.get("ANTONNIA_REVOCATION_ROUNDS", "1"))
# Times that a server is killed in the middle of its work.
CRASH_ROUNDS = int(os.environ.get("ANTONNIA_CRASH_ROUNDS", "3"))
# The same with many processes on one PostgreSQL: for each kind of process.
CRASH_PG_ROUNDS = int(os.environ.get("ANTONNIA_CRASH_PG_ROUNDS", "2"))
# Events that three bad receivers are sent while their server is killed again and again.
WEBHOOK_EVENTS = int(os.environ.get("ANTONNIA_WEBHOOK_EVENTS", "500"))
# Events that are written at once and followed by position.
RELAY_EVENTS = int(os.environ.get("ANTONNIA_RELAY_EVENTS", "5000"))
# Idempotency keys that are each used many times at once.
SHARED_KEYS = int(os.environ.get("ANTONNIA_SHARED_KEYS", "40"))
# Takeovers of each kind, each against an agent that is about to speak.
RACE_TAKEOVERS = int(os.environ.get("ANTONNIA_RACE_TAKEOVERS", "200"))
# Sequences of operations that are compared with a model, and how long each is.
MODEL_EXAMPLES = int(os.environ.get("ANTONNIA_MODEL_EXAMPLES", "50"))
MODEL_STEPS = int(os.environ.get("ANTONNIA_MODEL_STEPS", "30"))
# Large writes that each of 300 connections sends to a server that cannot take so many.
FLOOD_ROUNDS = int(os.environ.get("ANTONNIA_FLOOD_ROUNDS", "6"))
