"""How far the demo is, in the words of a page."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from jejak.common.numbers import number
from jejak.features.demo.models import Demo
from jejak.touchpoints import inlet

_STORING_FROM, _FILLING_FROM = 60.0, 94.0


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the banner shows. share: of all the work, in percent. is_busy: whether it is still being made."""

    share: float
    label: StrOrPromise
    text: str
    is_busy: bool
    trouble: str


def shown(made: Demo | None) -> Shown | None:
    """Return how far a demo is; None where there is none."""
    if made is None:
        return None
    label: StrOrPromise = _("The demo company is being made")
    if made.state == Demo.State.MAKING:
        share = _STORING_FROM * made.people_done / made.people
        text = _("%(done)s of %(all)s people") % {
            "done": number(made.people_done),
            "all": number(made.people),
        }
    elif made.state == Demo.State.STORING:
        waiting = inlet.waiting().messages
        stored = max(0, made.messages - waiting)
        share = _STORING_FROM + (_FILLING_FROM - _STORING_FROM) * stored / max(1, made.messages)
        text = _("%(done)s of %(all)s touchpoints stored") % {
            "done": number(stored),
            "all": number(made.messages),
        }
    else:
        share, text = _FILLING_FROM, made.part
    return Shown(
        share=share, label=label, text=text, is_busy=made.state != Demo.State.READY, trouble=made.trouble
    )
