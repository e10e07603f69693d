"""Run the server: web and worker together, until told to stop."""

import ipaddress
import logging
import signal
import socket
import sys
from types import FrameType

import uvicorn

from jejak import eventlog
from jejak.common import later
from jejak.features.demo import background as demo
from jejak.features.imports import background as imports
from jejak.project import answering
from jejak.project.bar import Bar
from jejak.staff import audit
from jejak.touchpoints import inlet, live, worker

log = logging.getLogger(__name__)

STOP_SECONDS = 5
_SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter: short, so that accepting need not wait for the pipeline."""


class PortTaken(Exception):
    """Another program listens where we should."""


class _Server(uvicorn.Server):
    """uvicorn's server, which waits for open streams: end them when we are told to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        live.close()
        super().handle_exit(sig, frame)


def serve(*, host: str, port: int, with_worker: bool, say: "Say") -> None:
    """Serve until SIGINT or SIGTERM. Raises PortTaken, eventlog.HeldElsewhere."""
    _check_port(host, port)
    from jejak.project.asgi import (
        application,  # Needs Django to be set up, which takes its settings from here.
    )

    sys.setswitchinterval(_SWITCH_SECONDS)
    worker.recount()
    pipeline = worker.Worker(beside=True) if with_worker else None
    if pipeline:
        pipeline.start()
    imports.begin()
    later.begin()
    audit.start()
    demo.begin(tell=Bar(watched=False))
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # Ours are read where JEJAK_BEHIND_PROXY says so.
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=75,
        backlog=2048,
        h11_max_incomplete_event_size=64 * 1024,
    )
    # uvicorn raises the signal again once it has stopped; there is still something to do then.
    signal.signal(signal.SIGTERM, lambda *_: None)
    answering.announce(host=host, port=port)
    say(f"Jejak is ready: http://{_shown(host)}:{port}/app/  (Ctrl-C stops it)")
    try:
        _Server(config).run()
    except KeyboardInterrupt:
        pass
    finally:
        say("Stopping …")
        answering.withdraw()
        imports.stop()
        later.stop()
        audit.stop()
        demo.stop()
        if pipeline:
            pipeline.stop()
        waiting = inlet.waiting()
        eventlog.close()
    say(f"Stopped. {waiting.messages} touchpoints wait for the next start; none is lost.")


class Say:
    """Tells the person at the console how far we are."""

    def __call__(self, sentence: str) -> None:
        print(sentence, flush=True)


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Nothing can listen on {host}:{port} ({error.strerror}). Choose another --port."
            ) from error


def _shown(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{host}]" if address.version == 6 else host
