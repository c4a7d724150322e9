"""The CDK app: `cdk deploy -c settings=stage.json`, with the variables of infra/terraform in that file."""

import os
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from frontdesk_cdk import settings
from frontdesk_cdk.stack import Stage

app = App()
path = app.node.try_get_context("settings")
if path is None:
    raise settings.SettingsError("Name the file of a stage's variables: -c settings=stage.json")
account = os.environ.get("CDK_DEFAULT_ACCOUNT")  # the command line looks up whose credentials it uses
if account is None:
    raise settings.SettingsError("There are no credentials of an AWS account")
Stage(app, settings.read(Path(path)), account)
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
