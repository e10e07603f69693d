"""jejak bench: measure speed and memory on this machine, and write what was seen."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from jejak.project.bench import duplicates, measuring
from jejak.project.bench.measuring import Figure


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--only",
        action="append",
        choices=[
            "starting",
            "accepting",
            "importing",
            "lists",
            "large",
            "dashboards",
            "duplicates",
            "alerts",
            "postgresql",
        ],
    )
    parser.add_argument(
        "--rows", type=int, default=50_000_000, help="touchpoints of the large log (default: %(default)s)"
    )
    parser.add_argument(
        "--people", type=int, default=1_000_000, help="people of the large log (default: %(default)s)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the real data sets"
    )
    parser.add_argument(
        "--postgresql", metavar="URL", help="measure accepting on this empty PostgreSQL database too"
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the page, such as docs/benchmarks.md"
    )


def run(given: argparse.Namespace) -> int:
    """Measure one after another, printing each figure as it comes."""
    parts = {
        "starting": ("Starting", measuring.starting),
        "accepting": ("Accepting, on SQLite and the embedded log", measuring.accepting),
        "importing": ("Importing, and memory", lambda: measuring.importing(given.data)),
        "lists": (
            f"Lists, beside {given.people:,} people",
            lambda: measuring.lists(people=given.people),
        ),
        "large": (
            f"{given.rows:,} touchpoints of {given.people:,} people",
            lambda: measuring.large(rows=given.rows, people=given.people),
        ),
    }
    parts["dashboards"] = (
        f"Dashboards opened by ten at once, beside {given.rows:,} touchpoints",
        lambda: measuring.dashboards(rows=given.rows, people=given.people),
    )
    parts["duplicates"] = (
        f"Duplicates among {given.people:,} people",
        lambda: duplicates.duplicates(people=given.people),
    )
    parts["alerts"] = ("Alerts, replayed over demos of 5,000 people", watched)
    if given.postgresql:
        parts["postgresql"] = (
            "Accepting, on PostgreSQL and the embedded log",
            lambda: measuring.accepting(DATABASE_URL=given.postgresql),
        )
    told: list[tuple[str, list[Figure]]] = []
    print(measuring.machine())
    for name, (title, measure) in parts.items():
        if given.only and name not in given.only:
            continue
        print(f"\n{title}", flush=True)
        figures = measure()
        for figure in figures:
            print("  " + line(figure), flush=True)
        told.append((title, figures))
    if given.write:
        given.write.write_text(page(told, machine=measuring.machine(), on=f"{datetime.now(UTC):%Y-%m-%d}"))
    return 0


def watched() -> list[Figure]:
    """Replay the watch over demos that it was not tuned on, and tell what it found."""
    import django  # Only here: the other parts measure installs of their own, from outside.

    django.setup()
    from jejak.project.bench import alerts

    return alerts.figures(seeds=range(21, 29), people=5000)


def line(figure: Figure) -> str:
    """Return a figure as the console shows it."""
    verdict = {None: "", True: "reached", False: "NOT REACHED"}[figure.met]
    return f"{figure.what}: {shown(figure)}  {figure.aim}  {verdict}  {figure.note}".rstrip()


def shown(figure: Figure) -> str:
    """Return a figure's number with its unit."""
    return (
        f"{figure.value:,.2f} {figure.unit}" if figure.value < 100 else f"{figure.value:,.0f} {figure.unit}"
    )


def page(told: list[tuple[str, list[Figure]]], *, machine: str, on: str) -> str:
    """Return the page of figures."""
    parts = [
        "# Benchmarks\n",
        "Written by `jejak bench --write docs/benchmarks.md`. The server, the sender and the log share one machine;"
        " figures of another run on a shared machine differ, and those that fall short are shown as they are.\n",
        f"Measured on {on}: {machine}.\n",
    ]
    for title, figures in told:
        parts.append(f"## {title}\n")
        parts.append("| what | measured | asked for | reached | remark |\n| --- | --- | --- | --- | --- |")
        for figure in figures:
            verdict = {None: "", True: "yes", False: "**no**"}[figure.met]
            parts.append(f"| {figure.what} | {shown(figure)} | {figure.aim} | {verdict} | {figure.note} |")
        parts.append("")
    return "\n".join(parts) + "\n"
