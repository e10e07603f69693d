"""How far the demo is, on the console."""

import sys
import time

from jejak.features.demo import progress
from jejak.features.demo.models import Demo

_WIDTH = 30


class Bar:
    """A progress bar for the console; where nobody watches, a line at each tenth."""

    def __init__(self, *, watched: bool) -> None:
        self._began = time.monotonic()
        self._watched = watched and sys.stdout.isatty()
        self._said = 0

    def __call__(self, made: Demo) -> None:
        shown = progress.shown(made)
        assert shown is not None
        share = 100.0 if made.state == Demo.State.READY else shown.share
        tenth = int(share // 10)
        if self._watched:
            full = int(_WIDTH * share / 100)
            bar = "█" * full + "░" * (_WIDTH - full)
            print(f"\r{bar} {share:3.0f} %  {shown.text:<42}", end="\n" if share == 100 else "", flush=True)
        elif tenth > self._said:
            self._said = tenth
            print(f"The demo: {share:.0f} % {shown.text}".rstrip(), flush=True)
        if share == 100:
            took = time.monotonic() - self._began
            print(f"Made: {made.messages} touchpoints of {made.people} people in {took:.0f} s.")
