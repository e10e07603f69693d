"""Looking for duplicates among the people of a large install: how long, how much memory, and how well.

python -m jejak.project.bench.duplicates fill --people 1000000
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time

from jejak.project.bench.filled import UNTIL
from jejak.project.bench.install import install
from jejak.project.bench.measuring import Figure

_TWICE = 0.04
_AT_ONCE = 20_000
_CITIES = (
    "Jakarta", "Surabaya", "Bandung", "Medan", "Semarang", "Makassar", "Palembang", "Denpasar", "Kuala Lumpur",
    "Johor Bahru", "Ipoh", "Shah Alam", "Kuching", "George Town",
)  # fmt: skip
_STREETS = (
    "Sudirman", "Thamrin", "Merdeka", "Ampang", "Diponegoro", "Gajah Mada", "Pahlawan", "Melati", "Kenanga",
    "Tun Razak", "Raja Laut", "Veteran", "Pemuda", "Ahmad Yani", "Imam Bonjol", "Cendana",
)  # fmt: skip


def duplicates(*, people: int) -> list[Figure]:
    """Make an install of so many known people, some of them twice, and run `jejak duplicates` on it."""
    with install() as made:
        made.python("-m", "jejak.project.bench.duplicates", "fill", "--people", str(people))
        began = time.perf_counter()
        # Not made.run(): what a process used is told only to who waits for it himself.
        process = subprocess.Popen(
            [sys.executable, "-m", "jejak.project.cli", "duplicates"],
            env=made.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        said = process.stdout.read() if process.stdout else ""
        _, ended, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        if ended:
            raise SystemExit(f"jejak duplicates failed: {said[-2000:]}")
        found: dict[str, int] = json.loads(made.python("-m", "jejak.project.bench.duplicates", "score"))
    processor = used.ru_utime + used.ru_stime
    precision = found["right"] / found["proposed"] if found["proposed"] else 0.0
    return [
        Figure(
            what=f"jejak duplicates, {people:,} known people read, compared, proposed",
            value=took,
            unit="s",
            aim="< 300 s",
            met=took < 300,
            note=f"{processor:.0f} s of processor time; {said.splitlines()[0]}",
        ),
        Figure(what="its memory at most", value=used.ru_maxrss / 1024, unit="MiB"),
        Figure(
            what=f"true pairs found, of {found['true']:,} made",
            value=100 * found["right"] / found["true"],
            unit="%",
            note=f"{precision:.1%} of {found['proposed']:,} proposed are true; some twins share but a common name",
        ),
    ]


def main() -> None:
    """Do what the words say, inside an install: fill it, or compare what was proposed with what was made."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fill", "score"])
    parser.add_argument("--people", type=int, default=0)
    given = parser.parse_args()

    import django

    django.setup()
    if given.what == "fill":
        _fill(given.people)
    else:
        json.dump(_score(), sys.stdout)


def _fill(people: int) -> None:
    from django.db.models import Max

    from jejak.people import filling
    from jejak.people.models import Person
    from jejak.project import preparing, serving

    preparing.prepare(say=serving.Say())
    once = round(people / (1 + _TWICE))
    for _ in filling.fill(people=round(once / 0.7), until=UNTIL):  # Three of ten stay unknown.
        pass
    chance = random.Random(5)
    last = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, _AT_ONCE):
        _tell_more(start, chance)


def _tell_more(start: int, chance: random.Random) -> None:
    """Give these people traits, and write some of them down again, as somebody else does. A trait tells of whom."""
    from django.db import transaction

    from jejak.people import bulk
    from jejak.people.models import Person

    some = Person.objects.filter(pk__gt=start, pk__lte=start + _AT_ONCE).exclude(name="").order_by("pk")
    told, twins = [], []
    for pk, name, email, phone, first, last in some.values_list(
        "pk", "name", "email", "phone", "first_seen_at", "last_seen_at"
    ):
        traits = _traits(chance)
        told.append((json.dumps(_held(traits)), pk))
        if chance.random() < _TWICE:
            again = _written_again(name, email, phone, traits, chance)
            twins.append(
                (
                    *again[:3],
                    json.dumps(_held({**again[3], "twin_of": str(pk)})),
                    first.replace(tzinfo=None).isoformat(" "),
                    last.replace(tzinfo=None).isoformat(" "),
                    False,
                )
            )
    with transaction.atomic():
        bulk.update_many("people_person", ["traits = {}"], told)
        columns = "name, email, phone, traits, first_seen_at, last_seen_at, is_sample"
        bulk.insert_many("people_person", columns, twins)


def _traits(chance: random.Random) -> dict[str, str]:
    traits = {}
    if chance.random() < 0.6:
        traits["date_of_birth"] = (
            f"{chance.randint(1945, 2007)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        )
    if chance.random() < 0.7:
        traits["city"] = chance.choice(_CITIES)
        traits["address"] = f"Jalan {chance.choice(_STREETS)} {chance.randint(1, 250)}"
        traits["postcode"] = str(10_000 + chance.randrange(2_000))
    return traits


def _held(traits: dict[str, str]) -> dict[str, dict[str, str]]:
    return {
        key: {"value": value, "at": "2026-01-01T00:00:00+00:00", "source": "made up"}
        for key, value in traits.items()
    }


def _written_again(
    name: str, email: str, phone: str, traits: dict[str, str], chance: random.Random
) -> tuple[str, str, str, dict[str, str]]:
    at = chance.randrange(len(name))
    name = chance.choice(
        [name, name[:at] + name[at + 1 :], name[:at] + "a" + name[at:], " ".join(reversed(name.split()))]
    )
    email = chance.choice([email, "", f"{chance.getrandbits(40):x}@contoh.my"])
    phone = chance.choice([phone, phone, "", f"+628{chance.randint(10**8, 10**10)}"])
    return name, email, phone, {key: value for key, value in traits.items() if chance.random() < 0.8}


def _score() -> dict[str, int]:
    from jejak.people.models import Person, Suggestion

    made = Person.objects.filter(traits__has_key="twin_of").values_list("pk", "traits__twin_of__value")
    true = {(int(of), pk) for pk, of in made}
    proposed = set(Suggestion.objects.filter(rule="fuzzy").values_list("person", "other"))
    return {"true": len(true), "proposed": len(proposed), "right": len(true & proposed)}


if __name__ == "__main__":
    main()
