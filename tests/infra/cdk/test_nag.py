"""cdk-nag looks at every stage before it is deployed, and lets nothing pass that has no written reason."""

from pathlib import Path
from typing import Any

import pytest

from tests.emulator import ACCOUNT
from tests.infra.cdk.synth import SynthesisFailed, cdk_or_skip, synthesised, variables

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

_CARELESS = f"""
from pathlib import Path
from aws_cdk import App, Validations, aws_dynamodb, aws_sqs
from cdk_nag import AwsSolutionsChecks
from frontdesk_cdk import settings
from frontdesk_cdk.stack import Stage

app = App()
stage = Stage(app, settings.read(Path(app.node.try_get_context("settings"))), "{ACCOUNT}")
KIND
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
"""
_QUEUE = 'aws_sqs.CfnQueue(stage, "Careless")'
_TABLE = """
key = aws_dynamodb.CfnTable.KeySchemaProperty(attribute_name="pk", key_type="HASH")
aws_dynamodb.CfnTable(stage, "Careless", key_schema=[key])
"""


def test_nothing_is_found_that_is_not_accepted(whole: dict[str, Any], rich: dict[str, Any]) -> None:
    assert whole["Resources"]  # for `synthesised` refuses a template with findings, as the next test shows
    assert rich["Resources"]


@pytest.mark.parametrize(("made", "rule"), [(_QUEUE, "AwsSolutions-SQS3"), (_TABLE, "AwsSolutions-DDB3")])
def test_what_has_no_reason_is_refused_be_it_an_error_or_a_warning(
    tmp_path: Path, made: str, rule: str
) -> None:
    cdk_or_skip()

    with pytest.raises(SynthesisFailed, match=rule):
        synthesised(variables(tmp_path, "dev", "catalogue identity"), "-c", _CARELESS.replace("KIND", made))
