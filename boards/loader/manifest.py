# Frozen into every Ballast base image. MicroPython reads paths from this file's folder on, so a board
# may lie anywhere.
#
# ports/esp32/modules is frozen file by file: its _boot.py and inisetup.py would hang on a
# damaged file system, ours does not (see _boot.py).
freeze("$(PORT_DIR)/modules", ("espnow.py", "flashbdev.py", "machine.py"))
include("$(MPY_DIR)/extmod/asyncio")
require("aioespnow")
require("ntptime")
require("ssl")

freeze("../../firmware", "boot.py")
freeze(".", ("_boot.py", "loader.py", "main.py", "names.py"))
freeze("../../firmware/ballast/protocol", ("slot_record.py", "update_file.py"))
freeze("../../firmware/ballast/ports", ("identity.py", "update_slots.py"))
