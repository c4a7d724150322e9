"""The state of a stage is kept in the bucket that `bootstrap` makes, and whoever writes it locks the others out."""

from pathlib import Path

import pytest

from tests.emulator import REGION
from tests.infra.terraform.conftest import SMALLEST, Variables, client
from tests.infra.terraform.workspace import TerraformFailed, Workspace

pytestmark = [pytest.mark.stage, pytest.mark.timeout(400)]

KEY = "dev/terraform.tfstate"
LOCAL = ("use_path_style", "skip_credentials_validation", "skip_metadata_api_check")
HELD = '{"ID": "1", "Operation": "OperationTypeApply", "Who": "somebody else"}'


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory, emulator: str) -> str:
    """Return the bucket of states, made as the README says."""
    bootstrap = Workspace(tmp_path_factory.mktemp("bootstrap"), emulator, root="bootstrap")
    bootstrap.initialise(state="")
    bootstrap.plan({"region": REGION, "emulator": emulator})
    bootstrap.apply()
    made: str = bootstrap.outputs()["bucket"]
    return made


def test_a_state_is_kept_and_its_lock_holds(
    tmp_path: Path, emulator: str, bucket: str, variables: Variables
) -> None:
    s3 = client("s3", emulator)
    stage = Workspace(tmp_path, emulator)
    settings = {"bucket": bucket, "key": KEY, "region": REGION} | dict.fromkeys(LOCAL, "true")
    stage.initialise(*(f"-backend-config={name}={value}" for name, value in settings.items()), state="")
    given = variables("dev", SMALLEST)

    s3.put_object(Bucket=bucket, Key=f"{KEY}.tflock", Body=HELD.encode())
    with pytest.raises(TerraformFailed, match="Error acquiring the state lock"):
        stage.plan(given)
    s3.delete_object(Bucket=bucket, Key=f"{KEY}.tflock")
    stage.plan(given, only="module.bus")
    stage.apply()
    kept = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]}

    assert kept == {KEY}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
