"""Where the functions' code comes from: the zips that `frontdesk` built, or container images."""

from pathlib import Path
from typing import TypedDict

from aws_cdk import AssetHashType, aws_lambda, aws_s3_assets
from constructs import Construct

from frontdesk_cdk import manifest
from frontdesk_cdk.settings import Settings, SettingsError


class _Source(TypedDict, total=False):
    """The properties of a function that say what it runs."""

    package_type: str
    code: aws_lambda.CfnFunction.CodeProperty
    runtime: str
    handler: str
    image_config: aws_lambda.CfnFunction.ImageConfigProperty


class Code(Construct):
    """The packages of a stage. Each zip is named by the hash of its contents, so the same zip is uploaded once."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "Code")
        self._settings = settings
        self._zips = {
            name: aws_s3_assets.Asset(
                self,
                name,
                path=str(Path(package["path"]).resolve()),
                asset_hash=package["hash"],
                asset_hash_type=AssetHashType.CUSTOM,
            )
            for name, package in settings.packages.items()
            if name not in settings.images
        }

    def of(self, function: manifest.Function) -> _Source:
        """Return what a function runs. Raises SettingsError if there is nothing for its package."""
        name = function["package"]
        if name in self._settings.images:
            return {
                "package_type": "Image",
                "code": aws_lambda.CfnFunction.CodeProperty(image_uri=self._settings.images[name]),
                "image_config": aws_lambda.CfnFunction.ImageConfigProperty(command=[function["handler"]]),
            }
        if name not in self._zips:
            raise SettingsError(f"There is neither a zip nor an image of the package {name!r}")
        zipped = self._zips[name]
        return {
            "package_type": "Zip",
            "code": aws_lambda.CfnFunction.CodeProperty(
                s3_bucket=zipped.s3_bucket_name, s3_key=zipped.s3_object_key
            ),
            "runtime": self._settings.runtime,
            "handler": function["handler"],
        }
