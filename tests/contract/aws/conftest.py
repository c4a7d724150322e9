"""What every test of the AWS adapters needs: an emulator."""

from tests.emulator import emulator_url

__all__ = ["emulator_url"]
