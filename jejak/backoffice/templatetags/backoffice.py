"""`{% load backoffice %}`: the components as tags, each with an example on /app/components/ (in DEBUG)."""

import re
import zlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.template.context import Context, RequestContext
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext, gettext_lazy

from jejak.backoffice import assets, menu, slots
from jejak.backoffice.charts import COUNT, Unit, span
from jejak.common import money as moneys
from jejak.common import numbers

register = template.Library()

SMALL_N = 30


# The frame


@register.simple_tag(takes_context=True)
def menu_places(context: RequestContext) -> list[menu.Shown]:
    """The places of the menu, as this request sees them."""
    return menu.places(context["request"])


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str, **values: Any) -> SafeString:
    """Show what features put into a slot, one after the other."""
    return format_html_join("\n", "{}", ((html,) for html in slots.fill(name, context["request"], **values)))


@register.simple_tag
def languages() -> list[dict[str, str]]:
    """The languages of the back office, each by its own name."""
    return [
        {"code": code, "name": get_language_info(code)["name_local"]} for code, _name in settings.LANGUAGES
    ]


@register.simple_tag(takes_context=True)
def current_theme(context: RequestContext) -> str:
    """light, dark or system, as the staff member chose."""
    profile = getattr(context["request"].user, "wagtail_userprofile", None)
    return profile.theme if profile else "system"


@register.simple_tag
def stylesheets(*names: str) -> SafeString:
    """Link our style sheets, one file per component."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"backoffice/css/{name}.css"),) for name in names)
    )


# Components


@register.simple_tag
def jk_icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """Draw an icon of icons.py. Without a label it is decoration, and screen readers pass it by."""
    drawing = _drawing(name.removeprefix("jk-"))
    if label:
        return format_html('<svg class="jk-icon {}" role="img" aria-label="{}" {}', classes, label, drawing)
    return format_html('<svg class="jk-icon {}" aria-hidden="true" {}', classes, drawing)


@register.inclusion_tag("backoffice/components/stat.html")
def stat(
    label: str,
    value: float | None,
    *,
    n: int | None = None,
    low: float | None = None,
    high: float | None = None,
    before: float | None = None,
    before_label: str = "",
    better: str = "up",
    unit: Unit = COUNT,
    href: str = "",
    hint: str = "",
    icon: str = "",
) -> dict[str, Any]:
    """A number with its trend, its n and its 95 % interval.

    before: the value of the window it is compared with. better: "up", "down", or "" where neither is.
    hint: a sentence on how it is counted.
    """
    change = None if value is None or before is None else value - before
    return {
        "label": label,
        "text": unit.text(value),
        "n": None if n is None else numbers.number(n),
        "small": n is not None and n < SMALL_N,
        "low": None if low is None else unit.text(low),
        "high": None if high is None else unit.text(high),
        "change": None if change is None else _change(change, unit),
        "direction": _direction(change, unit),
        "tone": _tone(change, better, unit),
        "before": unit.text(before) if before is not None else "",
        "before_label": before_label,
        "href": href,
        "hint": hint,
        "icon": icon,
    }


@register.simple_tag
def pill(text: Any, tone: str = "", icon: str = "") -> SafeString:
    """A word in a coloured round: a state, a channel. tone: good, warn, bad, info, accent, or none."""
    drawing = jk_icon(icon) if icon else ""
    return format_html(
        '<span class="jk-pill{}">{}{}</span>', f" jk-pill--{tone}" if tone else "", drawing, text
    )


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """The initials of a person on a colour of their own; the name stands beside it. size: s or l."""
    hue = zlib.crc32(name.encode()) % 8
    size_class = f" jk-avatar--{size}" if size else ""
    return format_html(
        '<span class="jk-avatar jk-avatar--{}{}" aria-hidden="true">{}</span>',
        hue,
        size_class,
        initials(name),
    )


def initials(name: str) -> str:
    """Return "SN" for Siti Nurhaliza, "B" for Budi, "?" where there is no letter."""
    words = re.findall(r"[^\W\d_]+", name)
    return ((words[0][0] + (words[-1][0] if len(words) > 1 else "")) if words else "?").upper()


@register.simple_block_tag
def card(
    content: str,
    title: Any = "",
    *,
    icon: str = "",
    href: str = "",
    more: Any = "",
    level: int = 2,
    classes: str = "",
    name: str = "",
) -> SafeString:
    """A white card around its content. href and more: a link in its head ("All people"). name: its id."""
    link = format_html('<a class="jk-card__more" href="{}">{}{}</a>', href, more, jk_icon("arrow-right"))
    head = format_html(
        '<header class="jk-card__head">{}<h{} class="jk-card__title">{}</h{}>{}</header>',
        jk_icon(icon) if icon else "",
        level,
        title,
        level,
        link if href else "",
    )
    return format_html(
        '<section class="jk-card {}"{}>{}<div class="jk-card__body">{}</div></section>',
        classes,
        format_html(' id="{}"', name) if name else "",
        head if title else "",
        mark_safe(content),  # Rendered by the template around.
    )


@register.simple_block_tag
def empty(content: str, title: Any, *, icon: str = "footprints", level: int = 2) -> SafeString:
    """An empty state. Its content says what to do next, with links as `jk-button`."""
    return format_html(
        '<div class="jk-empty"><span class="jk-empty__picture">{}</span>'
        '<h{} class="jk-empty__title">{}</h{}><div class="jk-empty__text">{}</div></div>',
        jk_icon(icon),
        level,
        title,
        level,
        mark_safe(content),  # Rendered by the template around.
    )


@register.inclusion_tag("backoffice/components/progress.html")
def progress(value: float, most: float, *, label: Any, text: Any = "", tone: str = "") -> dict[str, Any]:
    """A bar that fills. text: what stands at its end; the share where it is missing."""
    share = min(100.0, 100 * value / most) if most else 0.0
    return {
        "value": value,
        "most": most or 1,
        "label": label,
        "text": text or numbers.percent(share),
        "tone": tone,
    }


@register.inclusion_tag("backoffice/components/pages.html", takes_context=True)
def pages(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """Links to the pages before and after. page: of Django's Paginator."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("backoffice/components/more.html")
def more(url: str, label: Any = "") -> dict[str, Any]:
    """Endless scroll: loads `url` when it comes into sight, and puts what comes in its own place.

    The address answers with the next rows and, where there are still more, the next of these. It is a
    link, so that it works without JavaScript. It stands last in the list, outside of any table.
    """
    return {"url": url, "label": label}


@register.simple_block_tag(takes_context=True)
def filterbar(context: Context, content: str, *, target: str = "#results", action: str = "") -> SafeString:
    """A bar of filters: fields with a name each, in a GET form.

    With JavaScript each change fetches the page again and swaps only `target`; without, there is a button.
    """
    return template.loader.render_to_string(
        "backoffice/components/filterbar.html",
        {"content": mark_safe(content), "target": target, "action": action},  # Rendered around.
    )


@register.inclusion_tag("backoffice/components/timeline.html")
def timeline(moments: Iterable[Any], *, heading: int = 3) -> dict[str, Any]:
    """Moments of a person, newest first, under their days. moments: of components.Moment."""
    days: dict[Any, list[Any]] = {}
    for moment in moments:
        days.setdefault(timezone.localdate(moment.at), []).append(moment)
    return {"days": list(days.items()), "heading": heading}


@register.filter
def words(text: str) -> list[str]:
    """Split a text at its spaces, to loop over."""
    return text.split()


# Filters: numbers as the active language writes them


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """{{ count|number }}, {{ score|number:1 }}"""
    return "–" if value is None else numbers.number(value, decimals=decimals)


@register.filter
def compact(value: float | None) -> str:
    """{{ count|compact }}: 12.3K, 12,3 rb."""
    return "–" if value is None else numbers.compact(value)


@register.filter
def percent(value: float | None, decimals: int = 0) -> str:
    """{{ share|percent:1 }} of a share from 0 to 100."""
    return "–" if value is None else numbers.percent(value, decimals=decimals)


@register.filter
def money(value: float | None, currency: str) -> str:
    """{{ order.value|money:order.currency }}"""
    return "–" if value is None else moneys.money(value, currency)


@register.filter
def lasting(seconds: float | None) -> str:
    """{{ wait_seconds|lasting }}: 3 d 4 h."""
    return "–" if seconds is None else span(seconds)


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """{{ person.first_seen_at|moment }}: a <time> in the reader's time zone, exact when pointed at."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    same_year = local.year == timezone.localdate().year
    text = formats.date_format(local, "j M, H:i" if same_year else "j M Y, H:i")
    exact = formats.date_format(local, "j F Y, H:i:s T")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, text)


@register.filter
def permission(name: str) -> str:
    """{{ permission.name|permission }}: what a permission allows, beside the word for the records that it is about."""
    if (words := gettext(name)) != name:
        return words
    return str(next((words for begin, words in _ALLOWED.items() if name.startswith(f"{begin} ")), name))


_ALLOWED = {"Can view": gettext_lazy("Can view"), "Can export": gettext_lazy("Can export")}


def _change(change: float, unit: Unit) -> str:
    """The change in words. That of a percentage is in points, so it has no sign of its own."""
    if unit.kind in {"number", "percent"}:
        return numbers.signed(change, decimals=unit.decimals)
    return ("+" if change > 0 else "−" if change < 0 else "") + unit.text(abs(change))


def _direction(change: float | None, unit: Unit) -> str:
    if change is None:
        return ""
    rounded = round(change, unit.decimals)
    return "up" if rounded > 0 else "down" if rounded < 0 else "same"


def _tone(change: float | None, better: str, unit: Unit) -> str:
    direction = _direction(change, unit)
    if not better or direction in {"", "same"}:
        return ""
    return "good" if direction == better else "bad"


@cache
def _drawing(name: str) -> SafeString:
    """What stands after `<svg class=…` in the file of an icon."""
    path = assets.VENDOR / "phosphor" / f"{name}.svg"
    if not assets.VENDOR.exists():
        return mark_safe('viewBox="0 0 256 256"></svg>')  # Words alone will do; checks.py tells why.
    if not path.exists():
        raise template.TemplateSyntaxError(
            f"There is no icon {name}: add it to backoffice/icons.py, then python -m jejak.backoffice.assets"
        )
    text = path.read_text().removeprefix("<svg ")
    return mark_safe(re.sub(r'^id="[^"]*" xmlns="[^"]*" ', "", text))  # A file of ours.
