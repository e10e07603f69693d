"""The console command `jejak`. Each subcommand is a module of `jejak.project.commands`."""

import argparse
import importlib
import os
import sys

COMMANDS = {
    "up": "make everything ready and serve, web and worker in one process",
}


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jejak.project.settings")
    parser = argparse.ArgumentParser(prog="jejak", description="Jejak, the customer experience platform.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, sentence in COMMANDS.items():
        module = importlib.import_module(f"jejak.project.commands.{name}")
        module.arguments(subparsers.add_parser(name, help=sentence, description=sentence))
    arguments = parser.parse_args(argv)
    return int(importlib.import_module(f"jejak.project.commands.{arguments.command}").run(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
