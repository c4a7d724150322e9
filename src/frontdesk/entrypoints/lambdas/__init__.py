"""How requests, messages, records and moments get into Lambda functions: one module for each kind of trigger."""

import gc

from frontdesk.config import is_deployed

if is_deployed():
    gc.disable()  # to look for garbage while all is being imported takes a tenth of the time; see `starting`
