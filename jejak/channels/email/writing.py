"""An e-mail as it goes out: plain text, and the same as simple HTML."""

import unicodedata
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import format_html, linebreaks, urlize
from django.utils.safestring import mark_safe

from jejak.channels.models import Outgoing


class NotOneLine(Exception):
    """A subject or a name with a line break would let words become headers."""


def checked_line(text: str, longest: int) -> str:
    """Return a line that may stand in a header. Raises NotOneLine."""
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in text):
        raise NotOneLine("A subject or a name is one line.")
    return text.strip()[:longest]


def written(message: Outgoing) -> EmailMultiAlternatives:
    """Return a kept e-mail as the mail backend takes it. Raises NotOneLine."""
    sender = formataddr((checked_line(message.from_name, 100), settings.EMAIL_FROM))
    email = EmailMultiAlternatives(
        subject=checked_line(message.subject, 200),
        body=message.text,
        from_email=sender,
        to=[message.address],
        headers={"Message-ID": message.message_id},
    )
    email.attach_alternative(html(message.text), "text/html")
    return email


def html(text: str) -> str:
    """Return a text as the HTML of an e-mail: its paragraphs, and its addresses as links."""
    words = mark_safe(linebreaks(urlize(text, nofollow=True, autoescape=True)))  # Escaped by urlize.
    return format_html(
        '<!doctype html><html><body style="margin:0;padding:24px;font:16px/1.6 system-ui,sans-serif;color:#1b2620">'
        '<div style="max-width:36rem">{}</div></body></html>',
        words,
    )
