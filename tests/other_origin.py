"""Somebody's web site, on another origin than the server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

AWAY = "<!doctype html><link rel=icon href='data:,'><title>Away</title>"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def web_site(folder: Path) -> Iterator[str]:
    """Serve a folder, with a page away.html to leave to, and give its address."""
    (folder / "away.html").write_text(AWAY)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
