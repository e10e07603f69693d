"""The comparisons of conditions in Python, for what lies in the relational database. compiling has the same in SQL."""

from datetime import date, timedelta
from typing import Any

from jejak.audiences import conditions as c
from jejak.people.mirroring import Typed, typed


def fits(value: Any, operator: str, asked: c.Value, *, today: date) -> bool:
    """Tell whether a value is as asked. today: in the time zone of the question."""
    held = value if isinstance(value, Typed) else typed(value)
    texts = [text for text in (held.text, *(held.listed or ())) if text]
    if operator in c.PRESENCE:
        return bool(texts) == (operator == "filled")
    if operator in {"is_not", "none_of"}:
        return not _is_any(texts, "is" if operator == "is_not" else "any_of", asked)
    if operator in c.TEXT_OPERATORS:
        return _is_any(texts, operator, asked)
    if operator in c.NUMBER_OPERATORS:
        return held.number is not None and _number(held.number, operator, asked)
    return held.day is not None and _day(held.day, operator, asked, today)


def _is_any(texts: list[str], operator: str, asked: c.Value) -> bool:
    compared = c.as_compared(operator, asked)
    values = [str(one).lower() for one in (compared if isinstance(compared, tuple) else (compared,))]
    for text in texts:
        small = text.lower()
        if operator == "contains" and values[0] in small:
            return True
        if operator == "begins" and small.startswith(values[0]):
            return True
        if operator in {"is", "any_of"} and small in values:
            return True
    return False


def _number(number: float, operator: str, asked: c.Value) -> bool:
    compared: Any = c.as_compared(operator, asked)
    if operator == "between":
        return bool(compared[0] <= number <= compared[1])
    if operator == "equals":
        return bool(number == compared)
    return bool(number >= compared if operator == "at_least" else number <= compared)


def _day(day: date, operator: str, asked: c.Value, today: date) -> bool:
    compared: Any = c.as_compared(operator, asked)
    if operator in {"last_days", "next_days"}:
        shift = timedelta(days=int(compared))
        first, last = (today, today + shift) if operator == "next_days" else (today - shift, today)
        return first <= day <= last
    other = date.fromisoformat(compared)
    return day == other if operator == "on" else day < other if operator == "before" else day > other
