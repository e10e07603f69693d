"""The catalogue: every measure there is, those of the kernel and those that features declare.

A feature declares its own in `measures.py`: `MEASURES = (Measure(...), …)`.
"""

from functools import lru_cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from jejak.measures import promises, scores, volume
from jejak.measures.measure import Measure
from jejak.touchpoints.scales import UnknownScale, parse


class NoSuchMeasure(KeyError):
    """No measure has this key."""


@lru_cache(maxsize=1)
def listed() -> tuple[Measure, ...]:
    """Return every listed measure, the kernel's first. Raises ValueError where two have one key."""
    measures = [
        *volume.ALL,
        *promises.ALL,
        *(measure for scale in scores.USUAL for measure in scores.measures_of(scale)),
    ]
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.features.") and module_has_submodule(config.module, "measures"):
            measures += import_module(f"{config.name}.measures").MEASURES
    keys = [measure.key for measure in measures]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"Two measures have the key {', '.join(sorted(twice))}.")
    return tuple(measures)


def get(key: str) -> Measure:
    """Return the measure of that key, also of scales that are not listed. Raises NoSuchMeasure."""
    for measure in listed():
        if measure.key == key:
            return measure
    try:
        of_scale = scores.measures_of(parse(key.rpartition(".")[0]))
    except UnknownScale as error:
        raise NoSuchMeasure(key) from error
    for measure in of_scale:
        if measure.key == key:
            return measure
    raise NoSuchMeasure(key)
