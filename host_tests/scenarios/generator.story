# 47 Hz, as on a generator: no reason to stop.
setup house=empty limit_a=25 meter=none frequency_hz=47
0    plug max_a=16
10   steady 30 closed==1 faults==[]
