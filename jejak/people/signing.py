"""Proof of who somebody is, where the one who says so cannot be trusted: a page, whose write key anybody can read.

Whoever runs the page signs the user id on their server: hex HMAC-SHA256, the source's secret as key. An e-mail or a
phone is signed with its kind and a line break before it, so that no signature of one thing is one of another.
The secret is not kept anywhere: it is made from SECRET_KEY, the source and a number that staff can raise.
"""

import hashlib
import hmac
from functools import lru_cache

from django.utils.crypto import salted_hmac

LONGEST_SIGNATURE = 64


@lru_cache(maxsize=1000)
def secret(source_id: int, number: int) -> str:
    """Return the identity secret of a source."""
    return salted_hmac("jejak.people.signing", f"{source_id}:{number}", algorithm="sha256").hexdigest()


def sign(secret: str, kind: str, value: str) -> str:
    """Return the signature of a handle, as the page's own server makes it."""
    text = value if kind == "user_id" else f"{kind}\n{value}"
    return hmac.new(secret.encode(), text.encode(errors="replace"), hashlib.sha256).hexdigest()


def is_signed(secret: str, kind: str, value: str, signature: object) -> bool:
    """Tell whether a signature proves a handle, in its one spelling (see normalising)."""
    if not isinstance(signature, str) or len(signature) != LONGEST_SIGNATURE or not signature.isascii():
        return False
    return hmac.compare_digest(sign(secret, kind, value), signature)
