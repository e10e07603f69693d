"""Puts charts, icons and font into the wheel, so that it runs where there is no Node."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))
from jejak.backoffice import assets


class AssetsHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if assets.complete() or assets.npm() else [assets.NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        assets.fetch()
        build_data["artifacts"].append("/jejak/backoffice/static/vendor/")
