import shutil
from pathlib import Path

import pytest

from tests.appliance import site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("openssl") is None:
        for item in items:
            if "vendor" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason="openssl is not installed"))


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> site.Vendor:
    return site.Vendor(tmp_path_factory.mktemp("vendor"))


@pytest.fixture(scope="session")
def first(vendor: site.Vendor) -> Path:
    return vendor.bundle("first", "1.0")


@pytest.fixture(scope="session")
def second(vendor: site.Vendor) -> Path:
    return vendor.bundle("second", "2.0", comment="another comment")
