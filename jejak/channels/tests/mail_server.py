"""A mail server on loopback that keeps what it is given, and refuses whom it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """replies: what RCPT answers for an address, in turn; afterwards, and for all others, it is taken."""

    def __init__(self) -> None:
        self.port = 0
        self.replies: dict[str, list[str]] = {}
        self.kept: list[EmailMessage] = []
        self.to: list[str] = []
        self.from_: list[str] = []


@contextmanager
def serving() -> Iterator[MailServer]:
    """Serve until the end of the block."""
    mail = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.test")
            while line := self.rfile.readline().decode().strip():
                verb, _, rest = line.partition(" ")
                if verb.upper() == "QUIT":
                    self._say("221 bye")
                    return
                self._answer(verb.upper(), rest)

        def _answer(self, verb: str, rest: str) -> None:
            if verb == "MAIL":
                mail.from_.append(rest.split("<")[1].split(">")[0])
            if verb == "RCPT":
                address = rest.split("<")[1].split(">")[0]
                if replies := mail.replies.get(address):
                    self._say(replies.pop(0))
                    return
                mail.to.append(address)
            if verb == "DATA":
                self._say("354 go on")
                self._take()
            self._say("250 ok")

        def _take(self) -> None:
            raw = b""
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                raw += line.removeprefix(b".") if line.startswith(b"..") else line
            message = message_from_bytes(raw, policy=policy.default)
            assert isinstance(message, EmailMessage)
            mail.kept.append(message)

        def _say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Session) as server:
        mail.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield mail
        finally:
            server.shutdown()
            thread.join()
