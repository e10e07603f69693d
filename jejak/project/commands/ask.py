"""jejak ask: one read-only question to the log."""

import argparse
import csv
import json
import sys


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("sql", help='such as "SELECT name, count() FROM touchpoints GROUP BY name"')
    parser.add_argument("--no-header", action="store_true", help="leave out the line of column names")
    parser.add_argument("--json", action="store_true", help="a JSON list of objects instead of CSV")


def run(given: argparse.Namespace) -> int:
    """Print the answer."""
    import django

    django.setup()
    from jejak import eventlog
    from jejak.project import answering

    try:
        try:
            told = answering.ask_server(given.sql)
        except answering.NoServer:
            eventlog.migrate()
            told = answering.ask_here(given.sql)
    except (
        answering.NotAnswered,
        eventlog.Away,
        eventlog.BadQuestion,
        eventlog.NotAllowed,
        eventlog.TooExpensive,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    if given.json:
        json.dump(
            [dict(zip(told.columns, row, strict=True)) for row in told.rows], sys.stdout, ensure_ascii=False
        )
        print()
        return 0
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not given.no_header:
        writer.writerow(told.columns)
    writer.writerows([_cell(value) for value in row] for row in told.rows)
    return 0


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
