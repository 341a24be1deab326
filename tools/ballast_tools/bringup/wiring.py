"""What must be wired for the first board, by its own pins: jumpers, the second board, the drawing."""

from dataclasses import dataclass

from ballast_tools.ship import board_constants
from ballast_tools.ship.chip_pins import CHIPS

PARTNER_COIL, PARTNER_PILOT = 4, 5
"""GPIOs of the second board, free on every ESP32 kit; chosen."""


@dataclass(frozen=True)
class Jumper:
    """key: as --jumpers names it. text: one line for the person who sets it."""

    key: str
    text: str


def used(board):
    """GPIOs that board.py names. board: its constants."""
    found = set()
    for key in (*board_constants.OUTPUTS, *board_constants.ANALOG, *board_constants.INPUTS):
        value = board.get(key)
        found |= set(value if isinstance(value, tuple) else (value,)) - {None}
    return found


def free(board):
    """GPIOs that nothing uses and that can drive, lowest first. The first counts, the second senses."""
    chip = CHIPS[board["CHIP"]]
    taken = set(chip.taken) | chip.glitch | chip.input_only | chip.psram_pins | used(board)
    return sorted(chip.gpios - taken)


def jumpers(board):
    """{key: Jumper} of this board; one that it has no pins for is left out."""
    spare = free(board)
    pwm, coil = board["CP_PWM_PIN"], board["COIL_PIN"]
    made = {
        "second": f"the second board: GND to GND, its GPIO{PARTNER_COIL} to GPIO{coil} (coil) and its "
                  f"GPIO{PARTNER_PILOT} to GPIO{pwm} (pilot), 1 kohm each; nothing else",
    }  # fmt: skip
    if spare:
        made["counter"] = f"GPIO{pwm} (pilot) to GPIO{spare[0]}, 1 kohm"
    if len(spare) > 1:
        made["coil"] = (f"GPIO{coil} (coil) to GPIO{spare[1]}, 1 kohm: IT ALLOWS THAT THE CONTACTOR'S PIN "
                        "IS DRIVEN. Mains unplugged")  # fmt: skip
    if board.get("RS485_UART") is not None:
        tx, rx = board["RS485_TX_PIN"], board["RS485_RX_PIN"]
        made["bus"] = f"GPIO{tx} (bus TX) to GPIO{rx} (bus RX), 1 kohm, the transceiver disconnected"
    return {key: Jumper(key, text) for key, text in made.items()}


def pins(board):
    """What the scripts are told: {"counter_pin", "coil_sense_pin"}, None = there is no free one."""
    spare = [*free(board), None, None]
    return {"counter_pin": spare[0], "coil_sense_pin": spare[1]}
