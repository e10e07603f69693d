"""The console command `jejak`. Each subcommand is a module of `jejak.project.commands`."""

import argparse
import importlib
import os
import sys

COMMANDS = {
    "up": ("up", "make everything ready and serve, web and worker together"),
    "serve": ("serve", "serve an install that is ready"),
    "worker": ("worker", "run the pipeline alone, beside `jejak serve --no-worker`"),
    "import": ("import_", "take in files by a mapping"),
    "demo": ("demo", "make the demo company, or take it away"),
    "source": ("source", "add, list or revoke the senders of touchpoints"),
    "catalogue": ("catalogue", "print every touchpoint, measure and action with its sentence"),
    "duplicates": ("duplicates", "find people who may be one, in this install or in a file"),
    "ask": ("ask", "ask the log one read-only SQL question"),
    "bench": ("bench", "measure speed and memory, and write docs/benchmarks.md"),
    "doctor": ("doctor", "say what is missing or wrong with this install"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jejak.project.settings")
    parser = argparse.ArgumentParser(prog="jejak", description="Jejak, the customer experience platform.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    words = sys.argv[1:] if argv is None else argv
    for name, (module, sentence) in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=sentence, description=sentence[0].upper() + sentence[1:] + "."
        )
        if name in words[:1]:  # The others need not be loaded.
            importlib.import_module(f"jejak.project.commands.{module}").arguments(subparser)
    given = parser.parse_args(words)
    try:
        return int(
            importlib.import_module(f"jejak.project.commands.{COMMANDS[given.command][0]}").run(given) or 0
        )
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `jejak ask … | head`
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
