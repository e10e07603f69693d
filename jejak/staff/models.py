"""Who logs in to the back office."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """One of the staff. Our own model from the first migration on, so that it can grow."""
