"""The page's build: same bits from same sources, within budget, mistakes in one line."""

import gzip
import hashlib
import json
import re
import shutil
from types import SimpleNamespace

import pytest

from ballast.control import settings as schema
from ballast.control.limits import limits
from ballast.control.pilot.charge_state import WHY_NAMES
from ballast.control.safety import faults
from ballast_tools.shell.errors import UserError
from ballast_tools.ship import web_assets


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    out = tmp_path_factory.mktemp("page")
    return out, web_assets.build(out)


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A copy of the sources that a test may spoil."""
    copy = tmp_path / "web"
    shutil.copytree(web_assets.SOURCE, copy)
    monkeypatch.setattr(web_assets, "SOURCE", copy)
    return copy


def words(code):
    return json.loads((web_assets.SOURCE / "lang" / f"{code}.json").read_text(encoding="utf-8"))


def test_within_the_budget(built):
    out, report = built
    assert report.total == sum(p.stat().st_size for p in out.glob("*.gz"))
    assert report.total <= 66 * 1024 < report.budget
    assert report.sizes["index.html"] < 30 * 1024


def test_twice_gives_the_same_bits(built, tmp_path):
    out, _ = built
    web_assets.build(tmp_path)
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_the_manifest_tells_the_truth(built):
    folder, manifest = web_assets.load(built[0])
    for path, entry in manifest.items():
        data = open(f"{folder}/{entry['file']}", "rb").read()
        assert len(data) == entry["size"]
        assert entry["etag"].strip('"') == hashlib.sha256(data).hexdigest()[:16]
        if path.startswith("lang/"):
            name = hashlib.sha256(gzip.decompress(data)).hexdigest()[:8]
            assert path.split(".")[1] == name and "immutable" in entry["cache"]


def test_the_policy_allows_the_page_and_nothing_else(built):
    folder, manifest = web_assets.load(built[0])
    html = gzip.decompress(open(f"{folder}/index.html.gz", "rb").read()).decode()
    csp = manifest["index.html"]["csp"]
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", html, re.S)[1]
        digest = hashlib.sha256(inside.encode()).digest()
        assert __import__("base64").b64encode(digest).decode() in csp
    assert "unsafe" not in csp and "http" not in csp
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)  # no CDN


def test_imports_and_exports_are_gone(built):
    html = gzip.decompress((built[0] / "index.html.gz").read_bytes()).decode()
    assert not re.search(r"^(?:import|export) ", html, re.M)
    assert "/*LANGS*/" not in html


# -- texts -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["de", "fr", "es", "zh"])
def test_every_language_says_everything_with_the_same_blanks(code):
    english, other = words("en"), words(code)
    assert set(english) <= set(other)
    for key, text in english.items():
        blanks = sorted(re.findall(r"\{\w+\}", text))
        assert sorted(re.findall(r"\{\w+\}", other[key])) == blanks, key
    for row in faults.CATALOGUE[1:]:
        assert other[f"f.{row[0]}.t"] and other[f"f.{row[0]}.a"]


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "zh"])
def test_what_the_charger_can_say_has_words(code):
    have = words(code)
    for name in limits.NAMES:
        assert f"slot.{name}" in have and f"why.{name}" in have and f"say.charging_{name}" in have
    for name in WHY_NAMES:
        if name not in ("none", "limit", "fault", "pause_fault"):
            assert f"say.{name}" in have
    for row in schema.NUMBERS + schema.TEXTS:
        group = row[5] if len(row) == 6 else row[4]
        if group != "profile" and row[0] not in ("user_ma", "user_paused", "installed", "password_user",
                                                 "password_installer"):  # fmt: skip
            assert f"s.{row[0]}" in have, row[0]


def test_every_text_that_the_page_asks_for_exists():
    have = words("en")
    for path in web_assets.SOURCE.glob("*.js"):
        for key in re.findall(r'\bt\("([\w.]+)"', path.read_text(encoding="utf-8")):
            if key in have or any(k.startswith(key) for k in have):
                continue
            raise AssertionError(f"{path.name}: no text {key}")


# -- brands and mistakes -------------------------------------------------------------------


def brand(**changes):
    values = {
        "name": "Acme", "colours": {"accent": "#7a1fa2", "on_accent": "#ffffff"},
        "languages": ("en", "de"), "support": {"url": "https://example.com/help"},
        "logo": b'<?xml version="1.0"?><!-- drawn by hand --><svg viewBox="0 0 9 9"><path d="M1 2"/></svg>',
    }  # fmt: skip
    return SimpleNamespace(**{**values, **changes})


def test_a_brand_changes_colours_name_and_languages(tmp_path):
    report = web_assets.build(tmp_path, brand())
    html = gzip.decompress((tmp_path / "index.html.gz").read_bytes()).decode()
    assert "--car:#7a1fa2" in html and "https://example.com/help" in html
    assert sum(path.startswith("lang/") for path in report.sizes) == 2
    assert "<title>Acme</title>" in html and ">Ballast<" not in html
    assert 'aria-hidden="true"><svg viewBox="0 0 9 9"><path d="M1 2"/></svg></div><h1' in html
    assert b"Acme" in gzip.decompress((tmp_path / "app.webmanifest.gz").read_bytes())


def test_a_page_over_its_budget_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(web_assets.Report, "budget", 1000)
    monkeypatch.setattr(
        web_assets, "Report", lambda: SimpleNamespace(sizes={}, total=1234, budget=1000)
    )
    with pytest.raises(UserError, match="234 over its budget"):
        web_assets.build(tmp_path)


def test_a_missing_text_names_the_language_and_the_key(source, tmp_path):
    path = source / "lang" / "fr.json"
    french = json.loads(path.read_text(encoding="utf-8"))
    del french["save"]
    path.write_text(json.dumps(french), encoding="utf-8")
    with pytest.raises(UserError, match=r"fr\.json: no text for save"):
        web_assets.build(tmp_path / "out")


def test_an_unknown_language_a_missing_module_and_a_name_used_twice(source, tmp_path):
    with pytest.raises(UserError, match="no language 'tlh'"):
        web_assets.build(tmp_path / "out", brand(languages=("en", "tlh")))
    (source / "flow.js").write_text('import { x } from "./gone.js";\n')
    with pytest.raises(UserError, match=r"flow\.js: imports gone\.js, which does not exist"):
        web_assets.bundle(source)
    (source / "flow.js").write_text("export const text = 1;\n")
    with pytest.raises(UserError, match=r"text is also defined in|rename one"):
        web_assets.bundle(source)
    (source / "flow.js").write_text('import { Now } from "./now.js";\n')
    with pytest.raises(UserError, match="imports itself"):
        web_assets.bundle(source)


def test_a_second_page_is_added_beside(built, tmp_path):
    out = tmp_path / "page"
    shutil.copytree(built[0], out)
    from ballast_bench.person import bench_page

    web_assets.add_page(out, bench_page.PAGE, "bench")
    manifest = web_assets.load(out)[1]
    assert "bench" in manifest and "index.html" in manifest
    assert b"Test bench" in gzip.decompress((out / "bench.gz").read_bytes())
