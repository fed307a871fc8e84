"""Patterns of text that fields of several services have."""

# A character that can be seen. What ECMA 262 takes for blank, which JSON Schema goes by, and what
# pydantic does differ in two characters; neither counts here.
VISIBLE = r"[^\s\u0085\ufeff]"
