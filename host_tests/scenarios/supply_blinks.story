# Sixty milliseconds without mains: the coil drops, the chip lives on, the car charges on.
setup house=empty limit_a=25 meter=none
0   plug max_a=16
20  expect closed==1
20  sag percent=0 seconds=0.06
20  within 0.2 closed==0
21  within 60 closed==1
90  expect boots==1 closed==1 faults==[] first_fault=="none"
