"""What was found wrong with somebody who is forgotten."""

from django.utils.translation import gettext_lazy as _

from jejak.features.quality.models import Finding, Standing
from jejak.people import forgetting
from jejak.people.forgetting import Whom


@forgetting.part("quality", _("What was found wrong with their data"))
def findings(who: Whom) -> int:
    """Delete it."""
    held = {"kind": "person", "record_id__in": who.trail_ids}
    return Finding.objects.filter(**held).delete()[0] + Standing.objects.filter(**held).delete()[0]
