"""The update header: layout, signature, and every reason to refuse."""

from ballast.protocol import update_file
from portable import raises

# A vector made with Python's `cryptography` (OpenSSL): RSA-3072, PKCS#1 v1.5, SHA-256,
# over the text below. The private key was thrown away.
_TEXT = b"ballast update vector"
_MODULUS = (
    "86bd33d4ad1bdd50ad2fd582c8ed0ee35dbf0ad6c956ef883ccc2a74fd5a63499adb1a5bf78b7c54dcd3cb36"
    "d44d8ac852b1fe02994285e17bd5d9e3c3d00bc2cbb7de76628435bbc8d58a00980099990b695248b29730a6"
    "ab11f5de2b42d84820a7d160d24d93fe9a4d53e174556ffd3cfb988359d8acb4c2dd2e9836bd55408da26707"
    "0a117d48f827a1471a948c4eff5a679d9413b22927f1d10f2d7f013a639f7f63e26155a3bc68dc738325e298"
    "e86d5034134d75ec19ce1f8567df474393d19da234e74dcc6f3601481a9d90bf4ca5e1eebca28cc04ef55c14"
    "6f614a905c5f8b3c069f3105534c9580b29b4642d9b2f2df7733ded683684901ad7a51c52829b08f0432fc41"
    "90d1d78a79cf989c8af585085affc9d7991551502d92bfa4f2fe8d6dc345449cbe6775f4b6770033416cd58b"
    "6fe1e7f2ddba345424f62c64fe80ca9fe86f798c7154d0071bd73382b04385f613b789b68ecca8cbb23a15a1"
    "94e68ff03dbc22f7a472ceaf9dc158c3718207c2afdc6dbff3946b53e8411985"
)
_SIGNATURE = (
    "44a95bb6a0375cd41e9d3c1733dcefa0d1ad6845840ec95e482b0970827a8198edf9847f3fa7326cb56239ec"
    "9c6b01a77f91bd99fd25f06c8c38eb82792fd97273e251200b14f2d8dbe67bd53d1f80048b27acd1c937a635"
    "d6c700cb3b2ab170addd4b107f822d140430de5c1ce6d3e09c6128454091a03e2a731fba1b97a9ae8c701559"
    "8fcf76728448d42d174fc3560d7d18baf2011b91abcef247aae594d29296e0b2dc3b412a8fe402f0d48af415"
    "fd2494a7a651594abd0649b01f3ba3f976c4a7d8a8a9bf5da39eae904c1d88e33ccd451f25672dbef47ee37d"
    "b7e00f26d71c9658dc504b8178139c943824d0ea15cb10c4174fb4d5fb38c88ab3b21cbeb76dc6d651378575"
    "c1a7cc8dae71c9b05757747e5482572f7ab9ee8801bd07e7ccbb510e8dc6eece3ad0565a46ea1133a74416c6"
    "c9b064a4d49da159a0a7b74b5f94b3ca43a10f6f6e536f960013933f673834880d59778e238d123ce1f6d048"
    "29447f5c9c08d29e12e581f2ce35f94062ca0f422bfdfcffce583502c888d21f"
)
# over the header of _manifest()
_HEADER_SIGNATURE = (
    "862d84f868d03ef94f7d46acbc6ad6836b49b9ce25305e405984b5dcb5ae344a3c8c3b23f56a815fa6d5a6e4"
    "65da7123328432eb7b53de9559f2e728c407985321ed7b02d3a98414c396c26c7c4091e304d48573ea993b73"
    "bfc049bc45b30aa1b9aa5b382962d02f95e0150ae7587b4d3d0b3fd6e6db68c01be0a4f6696cdf753114dd10"
    "e84a47a6cb17de758acbd84b3e993f54cf6e703db5fad6da59a66f9e461068c99489ccd91a988da084ffcd73"
    "3fead03615e4c76aea1b7e26fa9c8d2ba909f92d2d87db88873517d33cc883c4156417a2ef040898d6276d9a"
    "0c8a05678326ead538ed9007838370058666fd358897898d46e9ce10ad1e445b1735120e1640077e79a001d1"
    "a939a2bbee92fc5e128e03aab505b78d7bd5279d539ea685ece4ee0f8b12b8125f8cc5eba3d341a60ffeab42"
    "9c61a4e4957e3dd024426335cc2ca734c4f416046bcb5e6688850773e28cb27bbb7acff45ff41336fff57c6b"
    "b36be4a85b77baa522eea16ae7cdb1b3ac9a8720c293f78828adcdd70ab845f0"
)


def _modulus():
    return int(_MODULUS, 16)


def _bytes(text):
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))


def _signature():
    return _bytes(_SIGNATURE)


def _manifest():
    return {
        "base": "1.29.0",
        "board": "esp32s3_ref",
        "brand": "acme",
        "fs": "romfs",
        "key": "0123456789abcdef",
        "mpy": 6,
        "security": 3,
        "sha256": "00" * 32,
        "size": 5000,
        "version": "0.1.0",
    }


def _fake_sign(_data):
    return b"\x00" * 384


def test_openssl_vector_verifies():
    assert update_file.verify(_TEXT, _signature(), _modulus())


def test_one_changed_bit_does_not_verify():
    signature = bytearray(_signature())
    for position in (0, 1, 100, 383):
        signature[position] ^= 1
        assert not update_file.verify(_TEXT, bytes(signature), _modulus())
        signature[position] ^= 1
    assert not update_file.verify(_TEXT + b".", _signature(), _modulus())
    assert not update_file.verify(_TEXT, _signature(), _modulus() + 2)


def test_signature_of_wrong_size_or_range_does_not_verify():
    assert not update_file.verify(_TEXT, _signature()[:-1], _modulus())
    assert not update_file.verify(_TEXT, b"", _modulus())
    # s + n is the same number modulo n: RFC 8017, 5.2.2 step 1 refuses it
    assert not update_file.verify(_TEXT, b"\xff" * 384, _modulus())


def test_pack_and_parse_are_inverse():
    block = update_file.pack(_manifest(), _fake_sign)
    assert len(block) == 4096
    manifest, signed, signature = update_file.parse(block)
    assert manifest == _manifest()
    assert signed == block[: len(signed)] and signature == b"\x00" * 384


def test_manifest_is_canonical():
    block = update_file.pack(_manifest(), _fake_sign)
    text = block[12 : 12 + block[8] + 256 * block[9]].decode()
    assert text.startswith('{"base":"1.29.0","board":"esp32s3_ref"')
    assert " " not in text


def test_damaged_headers_are_refused():
    good = update_file.pack(_manifest(), _fake_sign)
    for bad in (
        b"",
        good[:-1],
        b"\xff" * 4096,
        b"NOTHING1" + good[8:],
        good[:8] + b"\xff\xff" + good[10:],
        good[:10] + b"\x00\x01" + good[12:],
        good[:12] + b"\xff" + good[13:],
        good[:12] + b"[" + good[13:],
        good[:8] + b"\x02\x00" + good[10:12] + b"[]" + good[14:],
    ):
        assert isinstance(raises(ValueError, update_file.parse, bad), ValueError)


def test_every_key_is_required_and_ranged():
    for key, bad in (
        ("base", ""),
        ("board", 7),
        ("brand", "x" * 33),
        ("fs", None),
        ("key", "short"),
        ("mpy", "6"),
        ("security", -1),
        ("security", True),
        ("sha256", "00"),
        ("size", 0),
        ("version", []),
    ):
        manifest = _manifest()
        manifest[key] = bad
        error = raises(ValueError, update_file.parse, update_file.pack(manifest, _fake_sign))
        assert "'%s'" % key in error.args[0]
        del manifest[key]
        error = raises(ValueError, update_file.parse, update_file.pack(manifest, _fake_sign))
        assert "'%s'" % key in error.args[0]


def test_unknown_key_and_wrong_signature_come_before_all_else():
    block = update_file.pack(_manifest(), _fake_sign)
    args = ("other", "other", "littlefs", 5, 9, 10)
    error = raises(ValueError, update_file.check, block, {}, *args)
    assert "does not know" in error.args[0]
    keys = {"0123456789abcdef": _MODULUS}
    error = raises(ValueError, update_file.check, block, keys, *args)
    assert "signature is wrong" in error.args[0]


def test_long_manifest_is_refused_when_packed():
    manifest = _manifest()
    manifest["note"] = "x" * 4000
    assert "too long" in raises(ValueError, update_file.pack, manifest, _fake_sign).args[0]


def _good_block():
    return update_file.pack(_manifest(), lambda data: _bytes(_HEADER_SIGNATURE))


def _check(board="esp32s3_ref", brand="acme", fs="romfs", mpy=6, floor=3, room=5000):
    keys = {"0123456789abcdef": _MODULUS}
    return update_file.check(_good_block(), keys, board, brand, fs, mpy, floor, room)


def test_update_that_fits_is_taken():
    assert _check() == _manifest()
    assert _check(floor=0, room=1 << 20) == _manifest()


def test_each_mismatch_says_what_does_not_fit():
    for over, text in (
        ({"board": "esp32_lite"}, "for the board esp32s3_ref, this is esp32_lite"),
        ({"brand": "ballast"}, "for acme, this charger is ballast"),
        ({"fs": "littlefs"}, "another MicroPython"),
        ({"mpy": 7}, "another MicroPython"),
        ({"floor": 4}, "older than the last security fix (3, needs 4 or newer)"),
        ({"room": 4999}, "larger than this charger's slot"),
    ):
        try:
            _check(**over)
        except ValueError as error:
            assert text in error.args[0]
        else:
            raise AssertionError("%s was taken" % over)


def test_digest_is_shown_in_hex():
    assert update_file.digest_hex(b"\x00\xff\x10") == "00ff10"
