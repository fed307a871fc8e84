"""How far two words may differ and still be one, misspelled."""

from __future__ import annotations

from collections.abc import Iterable


def nearest_word(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` most likely is a misspelling of, or None."""
    allowed = allowed_distance(word)
    best: str | None = None
    letters = set(word)
    for candidate in sorted(set(candidates)):
        if abs(len(candidate) - len(word)) > allowed or allowed_distance(candidate) == 0:
            continue
        # Few misspell the first letter, and "best" is not "test".
        if candidate[0] != word[0]:
            continue
        # Every letter that the candidate lacks costs an edit; this spares most of the distances.
        if len(letters.difference(candidate)) > allowed:
            continue
        distance = edit_distance(word, candidate)
        if distance <= allowed:
            best, allowed = candidate, distance - 1
    return best


def allowed_distance(word: str) -> int:
    """Short words have too many neighbours, and a number with another digit is another number."""
    if len(word) < 4 or not word.isalpha():
        return 0
    return 1 if len(word) < 10 else 2


def edit_distance(left: str, right: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours that make one word the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, character in enumerate(left, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(
                before[j] + 1,
                row[j - 1] + 1,
                before[j - 1] + (character != other),
            )
            if i > 1 and j > 1 and character == right[j - 2] and left[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
