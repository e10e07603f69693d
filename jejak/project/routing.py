"""Which tables live in which database file."""

from typing import Any


class InletRouter:
    """Keep in the inlet, SQLite's second file, nothing but waiting arrivals."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Allow arrivals everywhere and everything else outside the inlet only."""
        if db == "inlet":
            return app_label == "touchpoints" and model_name in {"arrival", "claim"}
        return None
