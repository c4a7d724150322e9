"""Names below `localhost`, which an emulator of AWS gives to its APIs and few resolvers know (RFC 6761)."""

import httpx

LOOPBACK = "127.0.0.1"


def reached(host: str) -> str:
    """Return the host to connect to for a name."""
    return LOOPBACK if host.endswith(".localhost") else host


class LoopbackNames(httpx.HTTPTransport):
    """Sends what is for such a name to this machine. The Host header still says which one was meant."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx.BaseTransport."""
        request.url = request.url.copy_with(host=reached(request.url.host))
        return super().handle_request(request)
