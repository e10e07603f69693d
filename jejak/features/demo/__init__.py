"""The demo company: a made-up retailer with a history, so that an empty install has something worth looking at."""
