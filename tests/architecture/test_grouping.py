"""Tests that share a stage, a desk or a terminal run on one worker: or each worker would make its own."""

import os

import pytest


@pytest.mark.xdist_group("grouped")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker alone")
def test_a_group_stays_together(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@grouped")
