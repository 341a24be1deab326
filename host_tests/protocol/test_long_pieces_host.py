"""What takes long is done in pieces: between two of them the step and the other services run."""

import dis
import sys

from ballast.protocol import update_file, x25519


def divisions(work, module):
    """(the most divisions of big numbers in one piece, pieces) of running `work`.

    module: whose code is counted.

    A power with a modulus is a C call of its own and counts as a thousand.
    """
    path = module.__file__
    seen = [0]
    ops = {}

    def trace(frame, event, arg):
        code = frame.f_code
        if code.co_filename != path:
            return None
        if event == "call":
            frame.f_trace_opcodes = True
            if code not in ops:
                ops[code] = {i.offset for i in dis.get_instructions(code) if i.argrepr in ("%", "%=", "//")}
        elif event == "opcode" and frame.f_lasti in ops[code]:
            seen[0] += 1
        return trace

    def power(*args):
        seen[0] += 1000
        return pow(*args)

    module.pow = power
    most = pieces = 0
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for _ in work:
            most = max(most, seen[0])
            seen[0] = 0
            pieces += 1
    finally:
        sys.settrace(before)
        del module.pow
    return most, pieces


def test_no_piece_of_x25519_is_longer_than_a_few_products():
    """A product modulo p takes about 0.3 ms on an ESP32-S3."""
    most, pieces = divisions(x25519.pieces(bytes(range(32)), bytes(range(1, 33))), x25519)
    assert 5 <= most <= 13
    assert pieces > 280


def test_no_piece_of_a_signature_is_longer_than_one_product():
    """A product modulo 3072 bits takes up to 17 ms there."""
    modulus = (1 << 3071) + 12345
    most, pieces = divisions(update_file.verifying(b"text", b"\x55" * 384, modulus), update_file)
    assert most == 1
    assert pieces >= 17
