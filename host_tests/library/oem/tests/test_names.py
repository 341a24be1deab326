"""Modules that are called like the firmware's stay the OEM's own."""

import board

import boot
import main


def test_they_are_ours_with_a_bench_too(charger):
    import main as again

    assert charger.state
    assert again is main
    assert [module.OWNER for module in (main, board, boot)] == ["Voltaro"] * 3
