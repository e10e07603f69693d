"""Run inside a large install, without its server: mirror its people and refresh audiences of three behaviours. Prints JSON.

python -m jejak.project.bench.audiences
"""

import json
import sys
import time
from typing import Any

from jejak.project.bench.filled import UNTIL

_TIMES = 3
_MONTHS = {"kind": "last", "count": 180, "unit": "day"}


def _did(name: str, **said: Any) -> dict[str, Any]:
    return {"kind": "did", "what": {"names": [name]}, "during": _MONTHS} | said


ASKED: dict[str, dict[str, Any]] = {
    "bought three times, opened no e-mail, wrote": {
        "kind": "all",
        "conditions": [
            _did("Order Completed", times=3),
            _did("Email Opened", count="at_most", times=0),
            _did("Message Received"),
        ],
    },
    "looked, put in a cart within an hour and did not buy within a day; returned nothing; opened the app": {
        "kind": "all",
        "conditions": [
            {
                "kind": "sequence",
                "steps": [
                    {"what": {"names": ["Product Viewed"]}},
                    {"what": {"names": ["Product Added"]}, "within_seconds": 3_600},
                ],
                "unless": {"names": ["Order Completed"]},
                "unless_when": "after",
                "unless_seconds": 86_400,
                "during": _MONTHS,
            },
            _did("Order Returned", count="at_most", times=0),
            _did("App Opened"),
        ],
    },
}


def main() -> None:
    """Print {what: [seconds, …]}."""
    import django

    django.setup()
    json.dump(_measured(), sys.stdout)


def _measured() -> dict[str, list[float]]:
    from jejak import eventlog
    from jejak.audiences import actions
    from jejak.audiences.models import Audience
    from jejak.people import mirroring

    eventlog.open()
    took: dict[str, list[float]] = {}
    began = time.perf_counter()
    while mirroring.go_on_rebuilding(now=UNTIL):
        pass
    took["mirroring everybody"] = [time.perf_counter() - began]
    for name, condition in ASKED.items():
        Audience.objects.filter(key="bench").delete()
        audience = actions.make(name="Bench", key="bench", condition=condition, now=UNTIL)
        for _ in range(_TIMES):
            began = time.perf_counter()
            actions.refresh(audience=audience, now=UNTIL)
            took.setdefault(name, []).append(time.perf_counter() - began)
            audience.refresh_from_db()
            if audience.trouble:
                raise SystemExit(audience.trouble)
        print(f"{name}: {audience.size:,} people", file=sys.stderr)
    return took


if __name__ == "__main__":
    main()
