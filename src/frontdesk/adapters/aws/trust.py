"""Whose certificates a client believes.

To read the 140 roots of a system takes 30 ms of a function's first request. AWS proves who it is by five roots of its
own, so these are tried first. Where somebody else stands before it (a proxy that opens TLS, a partition with roots of
another house) the system's are read after all, and kept.
"""

import os.path
import ssl
from functools import cache

AMAZON = os.path.join(os.path.dirname(__file__), "amazon.pem")  # noqa: PTH118, PTH120 - pathlib costs 4 ms


@cache
def system() -> ssl.SSLContext:
    """Return a context that believes whom this machine believes."""
    return ssl.create_default_context()
