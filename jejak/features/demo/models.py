"""The demo company, while it is being made and as long as it is there."""

from django.db import models


class Demo(models.Model):
    """What was asked for and how far it is: one row, and none where there is no demo."""

    class State(models.TextChoices):
        MAKING = "making"
        STORING = "storing"
        FILLING = "filling"
        READY = "ready"

    seed = models.IntegerField()
    people = models.PositiveIntegerField()
    now = models.DateTimeField()
    """Where its history ends."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    people_done = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    part = models.CharField(max_length=40, blank=True)
    """Which part is being filled."""
    trouble = models.TextField(blank=True)
    maker = models.CharField(max_length=64, blank=True)
    """Which process makes it, and when it last gave a sign: one that gives none for long is gone."""
    seen_at = models.DateTimeField(null=True, blank=True)
    one = models.BooleanField(default=True, unique=True)
    """Always true: two at once would take the same keys."""

    def __str__(self) -> str:
        return f"{self.people} people of seed {self.seed}, {self.state}"
