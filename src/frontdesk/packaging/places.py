"""Where the locks and the infrastructure are: beside `src` in a checkout, inside the package where it was installed.

An installed package carries both, so that whoever deploys needs no checkout, and deploys what was released together.
"""

from pathlib import Path

from frontdesk.packaging.contents import HOUSE

_CHECKOUT = HOUSE.parents[1]


class NotShippedError(Exception):
    """What was looked for is neither in a checkout nor in the package."""


def shipped(name: str) -> Path:
    """Return the folder of this name: `requirements`, `infra/terraform` or `infra/cdk`. Raises NotShippedError."""
    for place in (HOUSE / "shipped" / name, _CHECKOUT / name):
        if place.is_dir():
            return place
    raise NotShippedError(f"There is no {name} in {HOUSE} and none in {_CHECKOUT}. Install frontdesk anew.")
