"""Builds the charger's page: firmware/web -> compressed files and their manifest.

    build(out, brand=None) -> Report

index.html gets its style and its modules inlined, so that the first view is one
request; its Content-Security-Policy allows exactly these two by their hash. The
languages are files of their own, named by content and cached for ever. All is
gzip without a time stamp: the same sources give the same bits.

`manifest.json` maps a path to {file, type, etag, cache, size, csp?}: what
services/web/server.py serves. The bench calls the same function.
"""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass, field
from html import escape

from ballast_tools.shell import commands, paths
from ballast_tools.shell.errors import UserError
from ballast_tools.shell.paths import shown

SOURCE = paths.FIRMWARE / "web"
BUDGET = 96 * 1024  # bytes, all files compressed
ENTRY = "app.js"

_IMPORT = re.compile(r'^import\s+\{([^}]*)\}\s+from\s+"\./([\w.]+)";\s*$', re.M)
_EXPORT = re.compile(r"^export\s+(?=(?:const|let|class|function|async function)\b)", re.M)
_TOP_NAME = re.compile(r"^(?:export\s+)?(?:const|let|class|(?:async )?function)\s+(\w+)", re.M)
_TEXT_TYPES = {".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


@dataclass
class Report:
    """sizes: compressed bytes by path. total: their sum. budget: what it may be."""

    sizes: dict = field(default_factory=dict)
    budget: int = BUDGET

    @property
    def total(self):
        return sum(self.sizes.values())


def squeeze(data):
    """gzip that depends on nothing but `data`."""
    return gzip.compress(data, 9, mtime=0)


def modules(source=SOURCE, entry=ENTRY):
    """[(name, text)] of the page's modules in an order in which each finds its imports."""
    done, order = {}, []

    def visit(name, trail):
        if name in trail:
            raise UserError(f"{shown(source / name)}: imports itself by way of {trail[-1]}")
        if name in done:
            return
        path = source / name
        if not path.exists():
            raise UserError(f"{shown(source / trail[-1])}: imports {name}, which does not exist")
        text = done[name] = path.read_text(encoding="utf-8")
        for _, wanted in _IMPORT.findall(text):
            visit(wanted, [*trail, name])
        order.append((name, text))

    visit(entry, [])
    return order


def bundle(source=SOURCE, entry=ENTRY):
    """One script from all modules. They share one scope, so a name may be used once."""
    owner, parts = {}, []
    for name, text in modules(source, entry):
        for top in _TOP_NAME.findall(text):
            if top in owner:
                raise UserError(
                    f"{shown(source / name)}: {top} is also defined in {owner[top]}; rename one"
                )
            owner[top] = name
        parts.append(_strip_js(_EXPORT.sub("", _IMPORT.sub("", text))))
    return "\n".join(parts)


def _strip_js(text):
    """Drop comment lines and indentation; code lines stay as they are."""
    lines, comment = [], False
    for line in text.splitlines():
        line = line.strip()
        if comment or line.startswith("/*"):
            comment = "*/" not in line
            continue
        if line and not line.startswith("//"):
            lines.append(line)
    return "\n".join(lines)


def _strip_css(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r"\s*([{};,>])\s*", r"\1", text).strip()


def _brand_css(brand):
    if brand is None:
        return ""
    accent, on_accent = brand.colours["accent"], brand.colours["on_accent"]
    light = f"--car:{accent};--on-car:{on_accent};--car-soft:color-mix(in srgb,{accent} 15%,#fff)"
    dark = (
        f"--car:color-mix(in srgb,{accent} 45%,#fff);--on-car:#111;"
        f"--car-soft:color-mix(in srgb,{accent} 38%,#15181a)"
    )
    return (
        f":root{{{light}}}"
        f'@media(prefers-color-scheme:dark){{:root:not([data-theme="light"]){{{dark}}}}}'
        f':root[data-theme="dark"]{{{dark}}}'
    )


def _hash(data):
    return hashlib.sha256(data).hexdigest()


def _csp_hash(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _languages(brand):
    """{code: minimal JSON bytes}; every language must have every key of English."""
    known = {path.stem: path for path in sorted((SOURCE / "lang").glob("*.json"))}
    wanted = tuple(known) if brand is None else brand.languages
    english = json.loads(known["en"].read_text(encoding="utf-8"))
    out = {}
    for code in wanted:
        if code not in known:
            raise UserError(f"{shown(SOURCE / 'lang')}: no language {code!r}")
        words = json.loads(known[code].read_text(encoding="utf-8"))
        missing = sorted(set(english) - set(words))
        if missing:
            raise UserError(f"{shown(known[code])}: no text for {', '.join(missing[:5])}")
        out[code] = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    return out


class _Writer:
    def __init__(self, out):
        self.out = out
        self.manifest = {}
        self.report = Report()

    def add(self, path, data, kind, for_ever, csp=None):
        packed = squeeze(data)
        name = path.replace("/", "_") + ".gz"
        (self.out / name).write_bytes(packed)
        entry = {
            "file": name,
            "type": kind,
            "etag": '"%s"' % _hash(packed)[:16],
            "cache": "public, max-age=31536000, immutable" if for_ever else "no-cache",
            "size": len(packed),
        }
        if csp:
            entry["csp"] = csp
        self.manifest[path] = entry
        self.report.sizes[path] = len(packed)


def one_file(source, html, style, script):
    """(HTML, CSP) of source/`html` with its style and script put inside."""
    text = (source / html).read_text(encoding="utf-8")
    text = re.sub(r">\n\s*<", "><", text)
    text = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", text)
    text = re.sub(
        r'<script type="module" src="[^"]*"></script>',
        lambda _: f'<script type="module">{script}</script>',
        text,
    )
    csp = (
        f"default-src 'none'; script-src {_csp_hash(script)}; style-src {_csp_hash(style)}; "
        "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text, csp


def _index(brand, languages):
    """(HTML, CSP): the page in one file."""
    style = _strip_css((SOURCE / "page.css").read_text(encoding="utf-8")) + _brand_css(brand)
    about = {} if brand is None else {"name": brand.name, "support": brand.support["url"]}
    script = bundle()
    script = script.replace("/*LANGS*/{}", json.dumps(languages, sort_keys=True))
    script = script.replace("/*BRAND*/{}", json.dumps(about, sort_keys=True, ensure_ascii=False))
    html, csp = one_file(SOURCE, "index.html", style, script)
    return (html if brand is None else _branded(html, brand)), csp


def _branded(html, brand):
    """The page with the brand's name in its title and its logo at the top.

    The logo stands in the page, and so has the colour of its text in the dark too. Beside it the
    charger's name is read, and shown once somebody has given it another one (app.js).
    """
    name = escape(brand.name, quote=False)
    logo = re.sub(r"<\?xml[^>]*>|<!--.*?-->", "", brand.logo.decode(), flags=re.S).strip()
    for old, new in (
        ("<title>Ballast</title>", f"<title>{name}</title>"),
        ('<h1 id="name">Ballast</h1>',
         f'<div class="logo" aria-hidden="true">{logo}</div><h1 id="name">{name}</h1>'),
    ):
        if old not in html:
            raise UserError(f"{shown(SOURCE / 'index.html')}: {old} is missing, where the brand belongs")
        html = html.replace(old, new)
    return html


def add_page(out, source, name):
    """Add another page to a built one: source/index.html with page.css and `ENTRY`.

    For the bench page; never part of a charger's image.
    """
    style = _strip_css((source / "page.css").read_text(encoding="utf-8"))
    html, csp = one_file(source, "index.html", style, bundle(source))
    writer = _Writer(out)
    writer.add(name, commands.said(html).encode(), "text/html; charset=utf-8", False, csp)
    manifest = load(out)[1]
    manifest.update(writer.manifest)
    _write_manifest(out, manifest)


def _write_manifest(out, manifest):
    """One line for each file: the charger reads the one that it needs (services/web/assets.py)."""
    rows = [f"{json.dumps(path)}: {json.dumps(manifest[path], sort_keys=True)}" for path in sorted(manifest)]
    (out / "manifest.json").write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def build(out, brand=None):
    """Write the page of `brand` (a brand.Brand, None = neutral) to the folder `out`.

    Returns the Report; UserError when it does not fit its budget.
    """
    out.mkdir(parents=True, exist_ok=True)
    writer = _Writer(out)
    places = {}
    for code, data in _languages(brand).items():
        path = f"lang/{code}.{_hash(data)[:8]}.json"
        places[code] = "/" + path
        writer.add(path, data, "application/json", True)
    for path in sorted(SOURCE.glob("*")):
        if path.suffix in _TEXT_TYPES:
            data = path.read_bytes()
            if path.name == "icon.svg" and brand is not None:
                data = data.replace(b"#0b7a5c", brand.colours["accent"].encode())
            if path.suffix == ".webmanifest" and brand is not None:
                data = data.replace(b"Ballast", brand.name.encode())
            writer.add(path.name, data, _TEXT_TYPES[path.suffix], False)
    html, csp = _index(brand, places)
    writer.add("index.html", html.encode(), "text/html; charset=utf-8", False, csp)
    _write_manifest(out, writer.manifest)
    report = writer.report
    if report.total > report.budget:
        raise UserError(
            f"{shown(SOURCE)}: the page is {report.total} bytes compressed,"
            f" {report.total - report.budget} over its budget"
        )
    return report


def load(out):
    """(folder, manifest) of a built page, as services/web.Web takes it."""
    return str(out), json.loads((out / "manifest.json").read_text(encoding="utf-8"))
