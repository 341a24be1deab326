"""The data partition, as the port's frozen module of this name has it."""

from esp32 import Partition

bdev = Partition("vfs")
