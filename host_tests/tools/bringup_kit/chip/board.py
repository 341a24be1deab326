"""board of the fakes: the constants that the image carries."""

from world import now

for _key in now.setup["board"]:
    globals()[_key] = now.setup["board"][_key]
