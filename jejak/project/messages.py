"""The catalogues of words: English stands in the code, Indonesian and Malay in jejak/locale.

    python -m jejak.project.messages            take up what the code says now, and compile
    python -m jejak.project.messages compile    compile alone

Needs Babel alone where it compiles, because the build of the wheel runs that too (hatch_build.py).
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("id", "ms")
# What our pages show of Wagtail and Django, and what they have no words for in every language of ours.
BORROWED = LOCALE / "borrowed.pot"
BORROWED_NOTE = "Shown by Wagtail or Django."

_HEADER = """# Read docs/translating.md first. Written by `make messages`; the msgstr are yours.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_ELSEWHERE = {"locale", "migrations", "node_modules", "tests", "vendor"}
_RENAMED = re.compile(r"\b(n?p?gettext(?:_lazy|_noop)?) as (\w+)")
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def path(language: str) -> Path:
    """Where the words of a language stand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return a language as it stands in its file."""
    with path(language).open("rb") as file:
        return read_po(file, abort_invalid=True)


def wanted() -> Catalog:
    """Return every string that a person may see: ours in the order of the files, then the borrowed ones."""
    found = Catalog()
    for file in _files():
        for _line, message, comments, context in _strings(file):
            found.add(message, context=context, auto_comments=comments)
    with BORROWED.open("rb") as borrowed:
        for theirs in read_po(borrowed, abort_invalid=True):
            if theirs.id and not found.get(_id(theirs), theirs.context):
                found.add(theirs.id, context=theirs.context, auto_comments=[BORROWED_NOTE])
    return found


def take_up() -> None:
    """Write the catalogues anew: what the code says now, with the words that are there already."""
    template = wanted()
    for language in LANGUAGES:
        before = read(language)
        header = _HEADER.format(language=language)
        after = read_po(io.StringIO(header))
        for message in template:
            if not message.id:
                continue
            known = before.get(_id(message), message.context)
            words = known.string if known and isinstance(known.id, tuple) == message.pluralizable else ""
            notes = known.user_comments if known else []
            added = after.add(
                message.id,
                words,
                context=message.context,
                auto_comments=message.auto_comments,
                user_comments=notes,
            )
            if "%(" not in _id(message):  # Babel takes “95 % interval” for a format.
                added.flags.discard("python-format")
        text = io.BytesIO()
        write_po(text, after, width=0, no_location=True, omit_header=True)
        path(language).write_text(header + text.getvalue().decode().lstrip("\n"))


def compile_all() -> None:
    """Write the .mo files that Django reads. Whole or not at all: a running Jejak may be reading them."""
    for language in LANGUAGES:
        target = path(language).with_suffix(".mo")
        half = target.with_suffix(".half")
        half.write_bytes(compiled(language))
        half.replace(target)


class _Unsigned(Catalog):
    """A catalogue that does not say which Babel wrote it: the one of a build may be newer than ours."""

    def __iter__(self) -> Iterator[Message]:
        for message in super().__iter__():
            if not message.id:
                lines = str(message.string).splitlines(keepends=True)
                message.string = "".join(line for line in lines if not line.startswith("Generated-By"))
            yield message


def compiled(language: str) -> bytes:
    """Return a language as Django reads it. The same words give the same bytes."""
    catalogue = _Unsigned()
    with path(language).open("rb") as file:
        PoFileParser(catalogue, abort_invalid=True).parse(file)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    held = io.BytesIO()
    write_mo(held, catalogue)
    return held.getvalue()


def missing() -> list[str]:
    """Return what has no words yet, as `id: Save`."""
    return [
        f"{language}: {_id(message)}"
        for language in LANGUAGES
        for message in read(language)
        if message.id and (message.fuzzy or not has_words(message))
    ]


def has_words(message: Message) -> bool:
    """Whether every form of the message is translated."""
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _id(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _files() -> Iterator[Path]:
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".html", ".txt") and not _ELSEWHERE & set(file.parts):
            yield file


def _strings(
    file: Path,
) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = file.read_text()
    if file.suffix != ".py":
        from django.utils.translation.template import templatize  # The build of the wheel has no Django.

        # What is not a string becomes X; Babel reads that as Python where no line begins with a space.
        text = re.sub(r"^[ \t]+", "", templatize(text), flags=re.MULTILINE)
    # A file may call them by names of its own: `gettext as _t`.
    named = {own: _KEYWORDS[name] for name, own in _RENAMED.findall(text)}
    yield from babel_extract(
        "python",
        io.BytesIO(text.encode()),
        keywords={**_KEYWORDS, **named},
        comment_tags=("Translators:",),
        options={"encoding": "utf-8"},
        strip_comment_tags=True,
    )


if __name__ == "__main__":
    if sys.argv[1:] != ["compile"]:
        take_up()
        print("\n".join(missing()) or "Every string has its words.")
    compile_all()
