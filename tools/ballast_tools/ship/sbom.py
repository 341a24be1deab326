"""Bill of materials of an application image, CycloneDX 1.6, the same bits every time.

No time stamp; the serial number is a UUID made from the contents. A file that holds several modules
(bundle.py) names them in the property `ballast:module`.
"""

import hashlib
import json
import uuid

_SPACE = uuid.UUID("8f2f7bb5-5c05-5c2a-9b6e-0d2f6b8d8a11")  # fixed: names under it are ours


def make(release, brand, board, packages, files, parts):
    """JSON text. packages: [(name, version, licence)]; files: {name: bytes} in the image.

    parts: {name of a file: modules that it holds besides}, of bundle.parts().
    """
    components = [
        {
            "type": "framework",
            "bom-ref": "micropython",
            "name": "micropython",
            "version": release["micropython"],
            "licenses": [{"license": {"id": "MIT"}}],
            "purl": f"pkg:github/micropython/micropython@v{release['micropython']}",
            "scope": "required",
        }
    ]
    for name, version, licence in packages:
        components.append(
            {
                "type": "library",
                "bom-ref": name,
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": licence}}],
                "purl": f"pkg:pypi/{name}@{version}",
                "scope": "required",
            }
        )
    for name, data in sorted(files.items()):
        digest = hashlib.sha256(data).hexdigest()
        component = {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
        if name in parts:
            component["properties"] = [{"name": "ballast:module", "value": part} for part in parts[name]]
        components.append(component)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "firmware",
                "bom-ref": "ballast",
                "name": f"ballast-{board.name}-{brand.id}",
                "version": release["version"],
                "supplier": {"name": brand.maker},
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components,
        "dependencies": [
            {"ref": "ballast", "dependsOn": ["micropython", *(p[0] for p in packages)]},
        ],
    }
    text = json.dumps(document, sort_keys=True)
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(_SPACE, text)}"
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
