"""The types of the app hold. They are read where those of aws-cdk-lib are: in the environment of the CDK."""

import pytest

from tests.infra.cdk.synth import PYTHON, cdk_or_skip, run

# The types of the CDK itself are so many that they alone take a minute and a half.
pytestmark = [pytest.mark.stage, pytest.mark.slow, pytest.mark.timeout(400)]


def test_the_types_of_the_app_hold() -> None:
    cdk_or_skip()

    assert "no issues found" in run(PYTHON, "-m", "mypy", "app.py", "frontdesk_cdk")
