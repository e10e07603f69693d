"""Where touchpoints come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """One sender of touchpoints: a site, an app, a backend. Recognised by its write key."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    key_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the write key, which is 128 random bits and therefore needs no slow hash."""
    key_start = models.CharField(_("key begins with"), max_length=12)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
