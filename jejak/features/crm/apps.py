"""Companies, deals and products as an app of Django's."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CrmConfig(AppConfig):
    name = "jejak.features.crm"

    def ready(self) -> None:
        post_migrate.connect(_first_pipeline, sender=self)


def _first_pipeline(using: str, **kwargs: Any) -> None:
    """A new install has a pipeline to begin with, in its own language."""
    from jejak.features.crm.actions import pipelines

    if using == "default":
        pipelines.begin()
