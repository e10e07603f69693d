"""Which user agents are machines that nobody serves."""

import re
from functools import lru_cache

import crawleruseragents

# Senders are often programs (okhttp, curl, axios), and whoever drives a browser mostly tests their own site.
_WELCOME = {"http-library", "browser-automation"}


@lru_cache(maxsize=20_000)
def is_bot(user_agent: str) -> bool:
    """Tell whether a user agent is that of a known crawler, monitor or scraper.

    Source: the list of https://github.com/monperrus/crawler-user-agents.
    """
    return bool(_pattern().search(user_agent))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    known = crawleruseragents.CRAWLER_USER_AGENTS_DATA
    return re.compile("|".join(bot["pattern"] for bot in known if not _WELCOME & set(bot.get("tags", ()))))
