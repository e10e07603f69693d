"""Write docs/settings.md from the settings that the code declares.

python -m jejak.project.settings_page > docs/settings.md
"""

from itertools import groupby

from jejak.project import environment
from jejak.project import settings as _declares  # noqa: F401 - importing it declares them.

HEAD = """# Settings

Every choice of an install is an environment variable, and every one has a default: an install with none
of them set works. This page is made from the code by `make settings`.
"""


def page() -> str:
    """Return the page: a table for each group, in the order in which the code declares them."""
    order = list(dict.fromkeys(setting.group for setting in environment.declared.values()))
    settings = sorted(environment.declared.values(), key=lambda setting: order.index(setting.group))
    tables = [
        _table(group, list(members)) for group, members in groupby(settings, lambda setting: setting.group)
    ]
    return "\n".join([HEAD, *tables])


def _table(group: str, settings: list[environment.Setting]) -> str:
    rows = [f"| `{setting.name}` | {_default(setting)} | {_cell(setting.sentence)} |" for setting in settings]
    return "\n".join(
        [f"## {group}", "", "| variable | default | what it is |", "| --- | --- | --- |", *rows, ""]
    )


def _default(setting: environment.Setting) -> str:
    return f"`{setting.default}`" if setting.default else "unset"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
