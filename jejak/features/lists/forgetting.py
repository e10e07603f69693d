"""Files that were taken into lists, and what was told of them, where they name somebody who is forgotten."""

import json
import shutil
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from jejak.common.sheets.tables import Unreadable
from jejak.features.lists import taking_in
from jejak.features.lists.models import Work
from jejak.people import forgetting
from jejak.people.forgetting import Whom
from jejak.people.models import Person


@forgetting.part("list_files", _("Imported files that name them"))
def files(who: Whom) -> int:
    """Delete our copies that name the person, and what pages showed of them."""
    names = [name for name in _names(who) if len(name) >= 4]
    gone = 0
    for work in Work.objects.exclude(path="", told={}):
        told = json.dumps(work.told, ensure_ascii=False)
        is_told = who.in_text(told) or any(name in told for name in names)
        if not is_told and not _is_in(work, who):
            continue
        if work.is_busy:
            raise forgetting.Later(f"The import of {work.file_name} reads a file that names this person.")
        if work.path:
            shutil.rmtree(Path(work.path).parent, ignore_errors=True)
        Work.objects.filter(pk=work.pk).update(path="", told={})
        gone += 1
    return gone


def _names(who: Whom) -> set[str]:
    return set(Person.objects.filter(pk__in=who.trail_ids).values_list("name", flat=True))


def _is_in(work: Work, who: Whom) -> bool:
    path = Path(work.path)
    if not work.path or not path.is_file():
        return False
    try:
        with taking_in.opened(path) as (_columns, pieces):
            return any(who.in_text("\n".join(row.cells.values())) for rows, _share in pieces for row in rows)
    except Unreadable:
        return True  # Nobody can tell; whoever has the file has it still.
