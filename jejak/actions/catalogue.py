"""The catalogue of verbs: what Jejak can do, in reach of flows, macros and the bot."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

Verb = TypeVar("Verb", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class Action:
    """One verb. key: "surveys.ask". title: "Ask a survey". parameters: the names of what it needs."""

    key: str
    title: str | Promise
    sentence: str
    parameters: tuple[str, ...]
    run: Callable[..., Any]


_offered: dict[str, Action] = {}


def offered(title: str | Promise) -> Callable[[Verb], Verb]:
    """Put a verb into the catalogue: `@offered(_("Ask a survey"))`. Its docstring begins with what it does.

    Raises TypeError for a verb that takes something without its keyword.
    """

    def register(verb: Verb) -> Verb:
        parameters = inspect.signature(verb).parameters
        if loose := [p.name for p in parameters.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY]:
            raise TypeError(f"An action takes keywords only; {verb.__qualname__} takes {', '.join(loose)}.")
        key = f"{_owner(verb.__module__)}.{verb.__name__}"
        sentence = (inspect.getdoc(verb) or "").partition("\n")[0]
        _offered[key] = Action(
            key=key, title=title, sentence=sentence, parameters=tuple(parameters), run=verb
        )
        return verb

    return register


def listed() -> list[Action]:
    """Return every action that the features offer, by key."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "actions"):
            import_module(f"{config.name}.actions")
    return [_offered[key] for key in sorted(_offered)]


def _owner(module: str) -> str:
    """Return "surveys" for jejak.features.surveys.actions and for jejak.features.surveys.actions.sending."""
    parts = module.split(".")
    return parts[parts.index("actions") - 1] if "actions" in parts[1:] else parts[-1]
