"""Time series of a run: named columns with units, as CSV, JSON, Parquet or a picture.

    recording = Recording(world, every_s=1.0)   # every_s=None: each step of 20 ms
    world.actors.append(recording)
    world.run(3600)
    recording.write("hour.parquet")

Reading the state of the plant and of the firmware changes neither: a run with a recording
gives the same results as one without.
"""

from ballast_bench.record.columns import Column
from ballast_bench.record.files import SUFFIXES, RecordError, check
from ballast_bench.record.recording import Recording

__all__ = ["SUFFIXES", "Column", "RecordError", "Recording", "check"]
