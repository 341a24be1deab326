# What is frozen into this board's MicroPython: the stock modules that Ballast uses, the
# safe pins, and the loader. The application is not here: it lives in its slots.
include("$(BOARD_DIR)/../loader/manifest.py")
freeze("$(BOARD_DIR)", "board.py")
