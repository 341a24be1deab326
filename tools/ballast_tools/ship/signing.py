"""Keys that updates are signed with: RSA-3072, PKCS#1 v1.5, SHA-256.

Why RSA: MicroPython has no signature API, but three-argument pow(), so the device
checks one signature in about 60 ms (estimate for an ESP32 from the VM's 2.4 ms; P-256 in pure
Python would take half a second and a megabyte of heap). Why v1.5: it has no random
part, so the same build gives the same bits.

The private key is a PEM file that the OEM keeps (an HSM or a signing server can take
its place: only `Key.sign` touches it). Without --key a development key is made once
per computer, and what it signs says so.
"""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ballast_tools.shell.errors import UserError

BITS = 3072


class Key:
    """id: first 16 hex digits of the SHA-256 of the public key (DER); modulus: hex."""

    def __init__(self, private, development=False):
        self._private = private
        self.development = development
        self.id, self.modulus = describe(private.public_key())

    def sign(self, data):
        return self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())


def describe(public):
    """(id, modulus as hex) of a public key."""
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()[:16], f"{public.public_numbers().n:x}"


def load(path):
    """The key of --key, or the development key when `path` is None."""
    if path is None:
        return Key(_development(), development=True)
    return Key(_read(Path(path)))


def load_public(path):
    """(id, modulus) of a PEM public key that updates may also be signed with."""
    try:
        public = serialization.load_pem_public_key(Path(path).read_bytes())
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UserError(f"{path}: not a PEM public key") from error
    _check(path, public)
    return describe(public)


def _read(path):
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=_password())
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except TypeError as error:  # a password missing, or given for a key that has none
        raise UserError(f"{path}: set BALLAST_KEY_PASSWORD to this key's password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UserError(f"{path}: not a PEM private key, or the wrong password") from error
    _check(path, private)
    return private


def _check(path, key):
    if not isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey)) or key.key_size != BITS:
        raise UserError(f"{path}: expected an RSA key of {BITS} bits "
                        f"(openssl genrsa -out key.pem {BITS})")  # fmt: skip
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    if public.public_numbers().e != 65537:
        raise UserError(f"{path}: the public exponent must be 65537")


def _password():
    text = os.environ.get("BALLAST_KEY_PASSWORD")
    return text.encode() if text else None


def development_path():
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(base) / "ballast" / "development_key.pem"


def _development():
    path = development_path()
    if path.exists():
        return _read(path)
    private = rsa.generate_private_key(65537, BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # made under another name and linked: two builds that start at once get one key
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)
