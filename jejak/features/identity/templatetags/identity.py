"""`{% load identity %}`: the words and signs of handles."""

from django import template

from jejak.features.identity import words
from jejak.people.models import Handle

register = template.Library()


@register.filter
def kind_word(kind: str) -> str:
    """{{ handle.kind|kind_word }}: E-mail."""
    return words.word(words.HANDLES, kind)


@register.filter
def kind_icon(kind: str) -> str:
    """{% jk_icon handle.kind|kind_icon %}"""
    return words.handle_icon(kind)


@register.filter
def written(handle: Handle) -> str:
    """{{ handle|written }}: +62 812-3456-7890."""
    return words.handle_text(handle.kind, handle.value)


@register.filter
def trait_word(key: str) -> str:
    """{{ row.key|trait_word }}: Date of birth."""
    return words.word(words.FIELDS, key)
