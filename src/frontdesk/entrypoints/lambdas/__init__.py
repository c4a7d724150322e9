"""How requests, messages, records and moments get into Lambda functions: one module for each kind of trigger."""

import gc

gc.disable()  # to look for garbage while all is being imported takes a tenth of the time; see `starting`

from frontdesk.entrypoints.lambdas.later import import_later  # noqa: E402 - after the line above

import_later("msgspec.inspect")  # 37 classes that tell what types are like; to explain a fault takes them
import_later("msgspec.toml")
import_later("msgspec.yaml")

from frontdesk.config import is_deployed  # noqa: E402 - after the line above

if not is_deployed():
    gc.enable()
