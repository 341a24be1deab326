# The pilot's contact opens for 40 ms, three times: no fault remains, and the car charges on.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
20   bounce ms=40 times=3 every_s=2
30   expect faults==[]
30   within 60 closed==1
