"""Who logs in to the back office."""

from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """One of the staff. Our own model from the first migration on, so that it can grow."""

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
