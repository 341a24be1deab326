"""The update header: layout, signature, and every reason to refuse."""

from ballast.protocol import update_file
from portable import last, raises

# A vector made with Python's `cryptography` (OpenSSL): RSA-3072, PKCS#1 v1.5, SHA-256,
# over the text below. The private key was thrown away.
_TEXT = b"ballast update vector"
_MODULUS = (
    "d448aa93aa65c510a3004faf1dd60415876174f684a53458921f4c037581faf04028e68c68ce22872ca317f2"
    "aa2e8e1caf95098c21e4d05ba7c5f6b34834398b14ebd4697a03d6b38df1a9e34d4f009c9bf4cd3669ddd08b"
    "878afcfd000048dc8e1d3b9a59ff5c8460e72599c07120547ae0dbcf4944bc7456fa5c3f27981d37f4585bbd"
    "5dcfa2f8741cb276f2140f7856dd6c37ee7439484ed3cc0bd754722eaf060a527c158328370360c36bde7423"
    "4ded6824b12b675176cdebef86060db3dd893a39979535921f85c6544583fb703b47780a5088feef35f34073"
    "c9b6869866ac7f3ee76ae98c8a3397848a9793012fbe1b508ac55b66a19c768b53d9be849d044a3adfd69e01"
    "131ba88dba2ab08cbc1266dc82298d2b9ed0642bbf0e15c3b387c24f822622c97c5ec7afc5fc4ab13ea6875c"
    "da299f7742f96d0485dc575096b6f1a69c6edba9fe2f85044a9167ec735afb490de2ee67f3caaf5c2051df4d"
    "3e35c1a92737d55c26dfacdb044d149ab19c8a609795feb7990769bcde2ff809"
)
_SIGNATURE = (
    "3edb3348abeede21c8f9f54129c33bff7584f1f276f88c8349777ddea5806372cf1ebc454434b29250cc341c"
    "8799e231e9203b0f1205b1fda65c38de9b1f4f1337d01a5f74c7526dfee192a8ddf64c926523809a2fbc46fe"
    "51c33f16c6454f19d14b51bab2292acb95db331fb5e1812fcdc366a69b0443acb019e3093fbdf68f2d0c651e"
    "de3abe1f255c65b313a3a907c0b797ad6ff29618d1858d7a1eac854cd80107f151328c6ca8debf095becc6ae"
    "b36612d359d42306412322949e569b6efa75554c59042e3b51404b3bace123d2ca2cbbd52e8f8bf02d3eeca8"
    "01dc419590280b9166f0269b3e2330808ff9039376ee8f5e53db75ea3010c96ddc73e8436cd253347b1a19db"
    "3101431f06bbfb1dac04638198b1ed9a5484d1cc542169c8381f50aec5b962b3a4e8e107d96805856c010e49"
    "44753d5065b7380e2a601220394d2027f0e583f642b99ed422af8635380c886ff2e2f15c9c338b11762e96a1"
    "b61ef2ae8bca78fc291bc36814f15ad44a46a66a483eababd93c6f4b37d49247"
)
# over the header of _manifest()
_HEADER_SIGNATURE = (
    "4a95d53d9bf28046fd0d1cb66b1ed0050962074f2af5f131bfb20ecb0db25c3373507ed37e70959273c65e97"
    "3aebeed017f1485f2b57b008fbe633924dc0beffd791c35a463746a0449d960b113836bbb491fbebf44c3ff6"
    "bf6d49863e85fb7788d384f1cd4b236bcfd3b76c23703d6aae1f3d2a29d312bee0fe05914a53576d607e6af6"
    "8784afc097572c13882e9e72d96d7837439aea91c7dcf9ce93f6e8ed6944e885a4a8eb445771bc4e352af77d"
    "9a47224d9f9c8598f5e0ac351cb1300f288817040f710db00d2c32d7da6e97181c76bba295672a3cdb1800ce"
    "eb3ce1dd15dc2f5daf0fec581b0212aa531739b647ef1a563284fdd693c4f84dcfe6e369489510f516a3e1a7"
    "f0c1d112d489b60fef3675506bb5c12d7d07a75601a9b822eb2f4dba0c27dbc1bc1363ae36fd0553917e0441"
    "b50d1b2cfe34fe3eb98a3c0371d798f64c549fb5f20257c5d5838215fad2c6d4877dc8562c5a7052470547b9"
    "4a98c587e968f79136b2ba07691d7f14fe010007bc4ddec1f2e62e6c293f7765"
)
# over the header of _base_block()
_BASE_SIGNATURE = (
    "acc3f40aa6951e9cc0fa41f105d732c0892702c8daaac006dac7030926e4a890f6ced2e8578482d98c6caaf9"
    "3a4e3b4c58b1e4cb3223c7b68f68cf77056f5c4aac10a203368bfa6b3ae8eeeaf89a608d5f6108ca3ecb9b6e"
    "ba507891e03556144f9a082d472912161fcdd7180beaff86449fed03a3c32f2cdde915c8727687e0fe33e4a9"
    "07de780b4d62c20cd8f0592876d72486a4782286dc5ea11718d447bd6c2059b9763140ee95f77602a82f0705"
    "b35ed023799867c3d1fe25028d30b335a439e6c3e491a1f04e91dc4457789448f34ecdebb922711fcc314426"
    "dbd5d11bd465cb3c9bb05aba3fd2b89dbe014b93635957c1dcff8858f083f1ecdb9013ea95cd357615186e54"
    "0410630d43c350e5a15b5567742b076f81550a927144588d1e05fe0a6a291e2ea13dd4e64de85bb9d9f3a86d"
    "3e1451280e939c55375888d04700630985a357bccd96f32ed46b32e36344a5b687e054174ab585d2aebe0e35"
    "1495c66d4873b8a505cd17e9375ede6f5b9d4a6197509de6cfdd932857db0233"
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
        "kind": "app",
        "mpy": 6,
        "security": 3,
        "sha256": "00" * 32,
        "size": 5000,
        "version": "0.1.0",
    }


def _fake_sign(_data):
    return b"\x00" * 384


def _verify(*args):
    return last(update_file.verifying(*args))


def _take(*args):
    return last(update_file.checking(*args))


def test_openssl_vector_verifies():
    assert _verify(_TEXT, _signature(), _modulus())


def test_one_changed_bit_does_not_verify():
    signature = bytearray(_signature())
    for position in (0, 1, 100, 383):
        signature[position] ^= 1
        assert not _verify(_TEXT, bytes(signature), _modulus())
        signature[position] ^= 1
    assert not _verify(_TEXT + b".", _signature(), _modulus())
    assert not _verify(_TEXT, _signature(), _modulus() + 2)


def test_signature_of_wrong_size_or_range_does_not_verify():
    assert not _verify(_TEXT, _signature()[:-1], _modulus())
    assert not _verify(_TEXT, b"", _modulus())
    # s + n is the same number modulo n: RFC 8017, 5.2.2 step 1 refuses it
    assert not _verify(_TEXT, b"\xff" * 384, _modulus())


def test_pack_and_parse_are_inverse():
    block = update_file.encode(_manifest(), _fake_sign)
    assert len(block) == 4096
    manifest, signed, signature = update_file.decode(block)
    assert manifest == _manifest()
    assert signed == block[: len(signed)] and signature == b"\x00" * 384


def test_manifest_is_canonical():
    block = update_file.encode(_manifest(), _fake_sign)
    text = block[12 : 12 + block[8] + 256 * block[9]].decode()
    assert text.startswith('{"base":"1.29.0","board":"esp32s3_ref"')
    assert " " not in text


def test_damaged_headers_are_refused():
    good = update_file.encode(_manifest(), _fake_sign)
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
        assert isinstance(raises(ValueError, update_file.decode, bad), ValueError)


def test_every_key_is_required_and_ranged():
    for key, bad in (
        ("base", ""),
        ("board", 7),
        ("brand", "x" * 33),
        ("fs", None),
        ("key", "short"),
        ("kind", "other"),
        ("mpy", "6"),
        ("security", -1),
        ("security", True),
        ("sha256", "00"),
        ("size", 0),
        ("version", []),
    ):
        manifest = _manifest()
        manifest[key] = bad
        error = raises(ValueError, update_file.decode, update_file.encode(manifest, _fake_sign))
        assert "'%s'" % key in error.args[0]
        del manifest[key]
        error = raises(ValueError, update_file.decode, update_file.encode(manifest, _fake_sign))
        assert "'%s'" % key in error.args[0]


def test_unknown_key_and_wrong_signature_come_before_all_else():
    block = update_file.encode(_manifest(), _fake_sign)
    args = ("other", "other", "littlefs", 5, 9, 10)
    error = raises(ValueError, _take, block, {}, *args)
    assert "does not know" in error.args[0]
    keys = {"0123456789abcdef": _MODULUS}
    error = raises(ValueError, _take, block, keys, *args)
    assert "signature is wrong" in error.args[0]


def test_long_manifest_is_refused_when_packed():
    manifest = _manifest()
    manifest["note"] = "x" * 4000
    assert "too long" in raises(ValueError, update_file.encode, manifest, _fake_sign).args[0]


def _good_block():
    return update_file.encode(_manifest(), lambda data: _bytes(_HEADER_SIGNATURE))


def _base_block():
    manifest = _manifest()
    manifest["kind"], manifest["fs"], manifest["size"] = "base", "esp", 9000
    return update_file.encode(manifest, lambda data: _bytes(_BASE_SIGNATURE))


def _check(board="esp32s3_ref", brand="acme", fs="romfs", mpy=6, floor=3, room=5000):
    keys = {"0123456789abcdef": _MODULUS}
    return _take(_good_block(), keys, board, brand, fs, mpy, floor, room)


def test_update_that_fits_is_taken():
    assert _check() == _manifest()
    assert _check(floor=0, room=1 << 20) == _manifest()


def test_each_mismatch_says_what_does_not_fit():
    for over, text in (
        ({"board": "esp32s3_lite"}, "for the board esp32s3_ref, this is esp32s3_lite"),
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


def test_micropython_itself_needs_a_slot_of_its_own():
    keys = {"0123456789abcdef": _MODULUS}
    rest = ("esp32s3_ref", "acme", "romfs", 6, 3, 5000)
    assert _take(_base_block(), keys, *rest, 9000)["kind"] == "base"
    error = raises(ValueError, _take, _base_block(), keys, *rest)
    assert "with the cable only" in error.args[0]
    error = raises(ValueError, _take, _base_block(), keys, *rest, 8999)
    assert "larger than" in error.args[0]
