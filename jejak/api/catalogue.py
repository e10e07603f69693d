"""The routers of the API: each feature's `api.py` takes one, and is found by itself."""

from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from ninja import Router

_routers: dict[str, Router] = {}


def router(prefix: str, title: str) -> Router:
    """Return the router of a prefix ("deals"), made on first asking. title: its heading in the docs, in English."""
    prefix = prefix.strip("/")
    if prefix not in _routers:
        _routers[prefix] = Router(tags=[title])
    return _routers[prefix]


def listed() -> dict[str, Router]:
    """Return the routers by prefix, once every feature has declared its endpoints and scopes."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "api"):
            import_module(f"{config.name}.api")
    return dict(sorted(_routers.items()))
