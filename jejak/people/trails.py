"""Which trails are one person, for many people at once."""

from collections.abc import Iterable

from jejak.people.models import Person


def of_roots(roots: Iterable[int]) -> set[int]:
    """Return the trails of people, by who stands for each; ids that are no root come back as they are.

    Asked apart from the roots themselves: `id IN … OR root_id IN …` makes SQLite read every person there is.
    """
    wanted = set(roots)
    return wanted | set(Person.objects.filter(root__in=wanted).values_list("pk", flat=True))
