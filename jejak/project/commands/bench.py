"""jejak bench: measure speed and memory."""

import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""


def run(given: argparse.Namespace) -> int:
    """Measure."""
    raise SystemExit("Being written.")
