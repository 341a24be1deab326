"""What a board's build files say, held against the sources of MicroPython and ESP-IDF: `check-board`."""
