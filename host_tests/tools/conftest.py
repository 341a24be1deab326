"""Builds and production lines that several test files share."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast_bench.factory.fake_unit import FakeUnit
from ballast_tools.factory import flash
from ballast_tools.ship import build, signing
from tools.factory_kit import line
from tools.factory_kit.command import PAIRS
from tools.factory_kit.direct_link import DirectLink


@pytest.fixture(scope="session")
def key_file(tmp_path_factory):
    """A signing key as openssl makes it."""
    private = rsa.generate_private_key(65537, 3072)
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="session")
def builds(key_file):
    """{(board, brand): Build}, each made once."""
    key = signing.load(key_file)
    return {pair: build.build(*build.load(*pair), key) for pair in PAIRS}


@pytest.fixture
def factory(tmp_path):
    """A production line with units.csv and an image."""
    line.write_image(tmp_path / "image")
    made = line.Line(tmp_path)
    yield made
    for unit in made.plugged:
        unit.close()
        unit.flash = bytearray()  # 8 MiB, which a cycle of references would keep for many tests


@pytest.fixture
def direct(factory, monkeypatch):
    """Without esptool and mpremote: ten times as fast, for what does not depend on them."""
    monkeypatch.setattr(DirectLink, "units", {})
    monkeypatch.setattr(flash, "Link", DirectLink)

    def plug(number, **how):
        unit = FakeUnit("esp32s3_ref", bytes.fromhex(f"7cdfa1{number:06x}"), **how)
        DirectLink.units[str(factory.folder / f"tty{number}")] = unit
        factory.plugged.append(unit)
        return unit

    factory.plug = plug
