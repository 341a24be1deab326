"""The update header: layout, signature, and every reason to refuse."""

from ballast.protocol import update_file
from portable import raises

# A vector made with Python's `cryptography` (OpenSSL): RSA-3072, PKCS#1 v1.5, SHA-256,
# over the text below. The private key was thrown away.
_TEXT = b"ballast update vector"
_MODULUS = (
    "bbc6929e72fe2ac5864bd273d475eae45f97d29230b8e1bfe2f76a0482d5315238e75a364c7c09c83fcc45f2"
    "984c5515bc853b03a0289eafc081e2624abf0c908dc02d3a709bec84e3bab373a5cb690689bee6ccebce2aa5"
    "d25fb01f041915c7eeb6ecedb9b7ca67628726a371d9a3c16bd4936654e6413974289032714f173a7ed42e7f"
    "16c5dc6fba259daece6e40d1aeca55477a30ab38cbf39f35703544eea71252cc378cbfa80374c4b64bb2e910"
    "fba7f69b5114b25ec52f56b2f42142bb8dc98e744785a150b4b2f64f52351b239bdb5c1f217d472d3b5ff413"
    "5229a6ee400a5ce7999f5c447acb9ed91f64dd04841458134d747fa7bc8f39afbb9861d6777bdaf641a9e82b"
    "08fe8224769a7f934177af4ee3fde664db9b9ba88b89e2e50981a5bcc460595e9584f3aa784196ea9a363bfa"
    "e04f0c9b2a15c7f329d3e417f28848a9491f167c0d8b30149aec1130c487d931da6273509fda0be73bb6c7f2"
    "66a0d2cd281adc932e9d8d9869678e67cd3a8fa6b9370c24ce2c20dd9c603c43"
)
_SIGNATURE = (
    "792233b7585ebfd07dea23174d9c9b60e6afafd42128e1818672bb9b6482e87243f99e0e7c02afbed4a90010"
    "001de8b6eef46840ba4c35792f59a58497d728d396bf3ab068d1cf2c301837f9ac2a60bd18193d93ff7d20d3"
    "11b61f3843ffc15a530240edfafd3a038213fbe04fbc2faf8471ac957ee4c5a6784714be6795ff19c1f6b0e5"
    "9882f97457e2b7273854b4519120c1b3ff2203f4cba505db6e3a4f1eb7a371b315c6072b437ee3d7562fe908"
    "23aa3c86f4a55675459296129d4b4afdf4190814bb81d8432d2ff60cab0cd59089896415d048d6bb18c65db4"
    "0dc8423121df5e6bef19ea014ac3a526d6a628c70d744254b997651c00ac422a3665e0edc0e310845c2de908"
    "da0b85dcb6fc8c6bb03407bd1578dcdeec05513e51cff931105657be4396f7742b878803740a603d8cd2c351"
    "ffbe6237fd87b49be0c7ba8064f4cedc1db13835f257e0e61ff1b999db76c1bcf778617df105f3482ef576fe"
    "1875b3f9d992b6785141cdfd5e871928bbc86a97f15d80c1ea4c39070308e7c2"
)


def _modulus():
    return int(_MODULUS, 16)


def _signature():
    return bytes(int(_SIGNATURE[i : i + 2], 16) for i in range(0, len(_SIGNATURE), 2))


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
