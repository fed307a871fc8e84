"""The edge: who calls, what a body may be, and how an answer or a refusal leaves."""
