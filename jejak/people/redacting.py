"""A text without somebody's names, addresses and numbers, for texts that stay when somebody is forgotten."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from jejak.people.normalising import fold, name_words

MASK = "—"
"""What stands where a name stood: the same in every language."""

_WORD = re.compile(r"[^\W_]+(?:['’‘ʼʻ`´][^\W_]+)*")
_BETWEEN = re.compile(r"[\s.,()/-]{1,3}")
_TOGETHER = re.compile(r"[\s.,]*")
_SHORT = 3
"""A part of a name of so many letters counts where it begins with a capital: "Dan" is a name and "dan" is not."""
_NO_NAMES = frozenset({
    "anak", "and", "bang", "bapak", "bin", "binte", "binti", "bte", "cik", "dan", "dari", "datin", "dato", "datuk",
    "del", "den", "der", "dos", "drs", "encik", "for", "haji", "hajah", "hajjah", "ibu", "kak", "mas", "mbak", "mrs",
    "pak", "prof", "puan", "the", "tuan", "untuk", "van", "von",
})  # fmt: skip
"""Parts of names that name nobody."""

_Word = tuple[int, int, str]
_Span = tuple[int, int]


def without(
    text: str,
    *,
    names: Iterable[str],
    handles: "re.Pattern[str] | None",
    parts: bool,
    spare: Iterable[str] = (),
) -> str:
    """Return a text with a dash for each name, in any case and accents, and for what the pattern finds.

    parts: also for a single word of a name, as in "Call Siti". spare: what stays, such as a company that is called
    like its owner.
    """
    words = list(_words(text))
    named = [name_words(name) for name in names]
    found = [span for name in named if len(name) > 1 or parts for span in _phrases(text, words, name)]
    if parts:
        known = {word for name in named for word in name if len(word) >= _SHORT} - _NO_NAMES
        found += [
            (start, end)
            for start, end, word in words
            if word in known and (len(word) > _SHORT or text[start].isupper())
        ]
    kept = [span for name in spare for span in _phrases(text, words, name_words(name))]
    found = [one for one in found if not any(start <= one[0] and one[1] <= end for start, end in kept)]
    if handles is not None:
        for match in handles.finditer(text):
            # A number is found with the space or bracket before it.
            found.append((match.end() - len(match[0].lstrip(" \t\n(.-")), match.end()))
    return _masked(text, sorted(found))


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a text with their places, folded; "Siti's" is Siti."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start > 2 and text[end - 1] in "sS" and text[end - 2] in "'’":
            end -= 2
        yield start, end, fold(text[start:end])


def _phrases(text: str, words: Sequence[_Word], name: Sequence[str]) -> Iterator[_Span]:
    """Yield where the words of a name stand one after the other."""
    for at in range(len(words) - len(name) + 1 if name else 0):
        run = words[at : at + len(name)]
        if [word for _start, _end, word in run] == list(name) and all(
            _BETWEEN.fullmatch(text[left[1] : right[0]]) for left, right in pairwise(run)
        ):
            yield run[0][0], run[-1][1]


def _masked(text: str, spans: Sequence[_Span]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        between = text[at : max(start, at)]
        # One dash for a whole name, however it was found.
        if not (pieces and _TOGETHER.fullmatch(between)):
            pieces += [between, MASK]
        at = end
    return "".join([*pieces, text[at:]])
