"""Puts charts, icons, font and the compiled languages into the wheel: it runs where there is no Node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
from jejak.backoffice import assets


class AssetsHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        node = [] if assets.complete() or assets.npm() else [assets.NODE_FROM_PYPI]
        return ["babel>=2.17", *node]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from jejak.project import messages  # Its Babel is there only now.

        assets.fetch()
        messages.compile_all()
        build_data["artifacts"] += ["/jejak/backoffice/static/vendor/", "/jejak/locale/*/LC_MESSAGES/*.mo"]
