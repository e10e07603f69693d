"""jejak catalogue: the product's own dictionary."""

import argparse
import json
import textwrap
from collections.abc import Iterable
from typing import Any


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--json", action="store_true", help="a JSON object instead of text")


def run(given: argparse.Namespace) -> int:
    """Print every touchpoint, measure and action with its sentence."""
    import django

    django.setup()
    entries = {"touchpoints": _touchpoints(), "measures": _measures(), "actions": _actions()}
    if given.json:
        print(json.dumps(entries, ensure_ascii=False, indent=2))
        return 0
    for heading, listed in entries.items():
        print(heading.upper() if listed else f"{heading.upper()}\n  none yet")
        for entry in listed:
            _print_entry(entry)
        print()
    return 0


def _touchpoints() -> list[dict[str, Any]]:
    """Those that features declare and those that were seen; what staff say of a name goes first."""
    import inspect
    from importlib import import_module

    from django.apps import apps
    from django.db import DatabaseError
    from django.utils.module_loading import module_has_submodule

    from jejak.touchpoints import recording
    from jejak.touchpoints.models import Definition

    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "touchpoints"):
            import_module(f"{config.name}.touchpoints")
    declared = {fact.name: (inspect.getdoc(fact) or "").partition("\n")[0] for fact in recording.registered()}
    try:
        defined = {definition.name: definition for definition in Definition.objects.all()}
    except DatabaseError:  # An install that was never made ready has declared ones only.
        defined = {}
    entries = []
    for name in sorted(declared.keys() | defined.keys()):
        definition = defined.get(name)
        entries.append(
            {
                "key": name,
                "sentence": (definition.sentence if definition else "") or declared.get(name, ""),
                "team": definition.team if definition else "",
                "stage": definition.stage if definition else "",
            }
        )
    return entries


def _measures() -> list[dict[str, Any]]:
    from jejak import measures

    return [
        {
            "key": measure.key,
            "title": str(measure.title),
            "sentence": str(measure.sentence),
            "formula": str(measure.formula),
            "unit": measure.unit,
            "scale": measure.scale.key if measure.scale else "",
            "polarity": measure.polarity,
        }
        for measure in measures.listed()
    ]


def _actions() -> list[dict[str, Any]]:
    from jejak import actions

    return [
        {
            "key": action.key,
            "title": str(action.title),
            "sentence": action.sentence,
            "parameters": ", ".join(action.parameters),
        }
        for action in actions.listed()
    ]


def _print_entry(entry: dict[str, Any]) -> None:
    title = f" – {entry['title']}" if entry.get("title") else ""
    print(f"  {entry['key']}{title}")
    for line in _sentences(entry):
        print(textwrap.fill(line, width=100, initial_indent="      ", subsequent_indent="      "))


def _sentences(entry: dict[str, Any]) -> Iterable[str]:
    if entry["sentence"]:
        yield entry["sentence"]
    if entry.get("formula"):
        yield entry["formula"]
    facts = {key: entry.get(key) for key in ("team", "stage", "unit", "scale", "polarity", "parameters")}
    if said := [f"{key}: {value}" for key, value in facts.items() if value]:
        yield "; ".join(said)
