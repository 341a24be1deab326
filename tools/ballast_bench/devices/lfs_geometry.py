"""MicroPython's LittleFS in figures: VfsLfs2 by default (extmod/vfs_lfs.c), readsize = progsize =
lookahead = 32, cache = 4 x 32. For the bench's flash and for the images that the tools make."""

GEOMETRY = {"read_size": 32, "prog_size": 32, "cache_size": 128, "lookahead_size": 32}
