"""A charger on the unix port of MicroPython, built as `build` builds it."""

import os
from functools import partial

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast_bench.person.options import make_setup
from ballast_bench.vm import package


@pytest.fixture(scope="session")
def unix_vm():
    """Skip, saying why, where there is no VM: its package is not published for every computer."""
    if package.missing():
        if os.environ.get("BALLAST_NO_SKIP") and package.published_here():
            pytest.fail(f"{package.missing()}: tools/ballast test sets it up", pytrace=False)
        pytest.skip(package.missing())


@pytest.fixture(scope="session")
def built(unix_vm, tmp_path_factory):
    """The build.Build of the reference board, signed with a key that its updates must have."""
    from ballast_tools.ship import signing, vm_image

    path = tmp_path_factory.mktemp("key") / "key.pem"
    private = rsa.generate_private_key(65537, 3072)
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))  # fmt: skip
    return vm_image.built(key=signing.load(path))


@pytest.fixture(scope="session")
def parts(built):
    from ballast_tools.ship import vm_image

    return vm_image.parts_of(built)


@pytest.fixture
def on_vm(parts, tmp_path):
    """Factory of setups that have started: `setup = on_vm(meter="none")`."""
    setups = []

    def start(heap="8M", real=False, **given):
        host = partial(_host(), parts=parts, folder=tmp_path / str(len(setups)), heap=heap, real=real)
        setup = make_setup({"house": "empty", "meter": "none", **given}, host)
        setups.append(setup)
        setup.start().reboots = True
        return setup

    yield start
    for setup in setups:
        setup.stop()


def _host():
    from ballast_bench.vm.setup import VmSetup

    return VmSetup
