"""Import by mapping."""

from jejak.features.lists.access import KindPage


class Upload(KindPage):
    verb = "add"
