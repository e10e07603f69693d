"""`{% load profiles %}`: the words and signs of handles."""

from django import template

from jejak.features.profiles import words
from jejak.people.models import Handle

register = template.Library()


@register.filter
def handle_word(kind: str) -> str:
    """{{ handle.kind|handle_word }}: E-mail."""
    return str(words.word(words.HANDLES, kind))


@register.filter
def handle_icon(kind: str) -> str:
    """{% jk_icon handle.kind|handle_icon %}"""
    return words.handle_icon(kind)


@register.filter
def handle_text(handle: Handle) -> str:
    """{{ handle|handle_text }}: +62 812-3456-7890."""
    return words.handle_text(handle.kind, handle.value)
