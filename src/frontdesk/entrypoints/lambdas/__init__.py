"""How requests, messages, records and moments get into Lambda functions: one module for each kind of trigger."""

import gc

gc.disable()  # to look for garbage while all is being imported takes a tenth of the time; see `starting`

from frontdesk.config import is_deployed  # noqa: E402 - after the line above

if not is_deployed():
    gc.enable()
