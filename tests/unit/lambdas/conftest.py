"""The emulator, for those tests here that need one."""

from tests.emulator import emulator_url

__all__ = ["emulator_url"]
