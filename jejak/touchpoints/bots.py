"""Which user agents are machines that nobody serves."""

from functools import lru_cache

import crawleruseragents


@lru_cache(maxsize=20_000)
def is_bot(user_agent: str) -> bool:
    """Tell whether a user agent is that of a known crawler, monitor or scraper.

    Source: the list of https://github.com/monperrus/crawler-user-agents.
    """
    return bool(crawleruseragents.is_crawler(user_agent))
