"""What goes into a package is all that its functions can reach, and nothing else."""

from pathlib import Path

import grimp
import pytest

from frontdesk.packaging import places
from frontdesk.packaging.contents import BASE, CLINIC, HOUSE, IDENTITY, PACKAGES, Contents
from frontdesk.packaging.places import NotShippedError, shipped

LAMBDAS = "frontdesk.entrypoints.lambdas"
# Imported where `outside_aws` is asked for them, by the functions of one package alone.
ONLY_ASKED_FOR_BY_CLINICS = ("frontdesk.adapters.channels",)
ONLY_ASKED_FOR_BY_IDENTITY = ("frontdesk.adapters.passwords", "frontdesk.adapters.tokens")
ASKED_FOR_BY_OTHERS = {
    "base": (*ONLY_ASKED_FOR_BY_CLINICS, *ONLY_ASKED_FOR_BY_IDENTITY),
    "clinic": ONLY_ASKED_FOR_BY_IDENTITY,
    "identity": ONLY_ASKED_FOR_BY_CLINICS,
}
# Loads shops to play with, into an embedded desk.
DEMOS = {f"frontdesk.services.{service}.demo" for service in ("appointments", "catalogue", "inventory")}


@pytest.fixture(scope="module")
def house() -> grimp.ImportGraph:
    """Return what imports what, also inside functions."""
    return grimp.build_graph("frontdesk", exclude_type_checking_imports=True, cache_dir=None)


def inside(contents: Contents) -> set[str]:
    """Return the modules of a package."""
    modules = (name for name, _ in contents.files() if name.endswith(".py"))
    names = (name.removesuffix(".py").removesuffix("/__init__") for name in modules)
    return {name.replace("/", ".") for name in names}


def test_nothing_that_goes_in_imports_what_stays_at_home(house: grimp.ImportGraph) -> None:
    packed = {contents.name: inside(contents) for contents in PACKAGES}
    wanted = {
        module: house.find_modules_directly_imported_by(module) for module in set().union(*packed.values())
    }
    missing = [
        f"{package}: {module} imports {imported}"
        for package, modules in packed.items()
        for module in modules
        for imported in wanted[module] - modules
        if not (module == "frontdesk.outside_aws" and imported.startswith(ASKED_FOR_BY_OTHERS[package]))
    ]

    assert missing == []


def test_everything_that_goes_in_can_be_reached_by_a_function(house: grimp.ImportGraph) -> None:
    services = {module for module in house.modules if module.startswith("frontdesk.services.")}
    starts = services | {module for module in house.modules if module.startswith(f"{LAMBDAS}.")}
    reached = starts.union(*(house.find_upstream_modules(module) for module in starts)) - DEMOS
    packages = {module for module in house.modules if house.find_children(module)}

    assert (inside(IDENTITY) | inside(CLINIC)) - reached - packages - DEMOS == set()


def test_the_package_of_most_functions_cannot_sign_tokens() -> None:
    assert inside(BASE) < inside(IDENTITY)
    assert inside(BASE) < inside(CLINIC)
    assert not {"frontdesk.adapters.tokens.keys", "frontdesk.adapters.tokens.tokens"} & (
        inside(BASE) | inside(CLINIC)
    )


def test_every_name_that_is_left_out_is_there() -> None:
    missing = [
        name
        for name in {name for contents in PACKAGES for name in contents.left_out}
        - {"shipped"}  # of an installed package alone
        if not (HOUSE / name).exists()
    ]

    assert missing == []


def test_locks_and_infrastructure_are_found_in_a_checkout() -> None:
    assert (shipped("requirements") / "aws.txt").exists()
    assert (shipped("infra/terraform") / "main.tf").exists()
    assert (shipped("infra/cdk") / "app.py").exists()


def test_an_installed_package_brings_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shipped" / "requirements").mkdir(parents=True)
    monkeypatch.setattr(places, "HOUSE", tmp_path)

    assert shipped("requirements") == tmp_path / "shipped" / "requirements"


def test_what_is_nowhere_is_said_so() -> None:
    with pytest.raises(NotShippedError, match="There is no infra/balloon in "):
        shipped("infra/balloon")
