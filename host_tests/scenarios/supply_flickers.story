# Short interruptions, one a second: no fault remains, and the contactor does not follow each of them.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
20   sag percent=0 seconds=0.03 times=20 every_s=1
60   within 60 closed==1
130  expect boots==1 closings<=6 faults==[] first_fault=="none"
