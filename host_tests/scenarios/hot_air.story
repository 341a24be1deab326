# Fifty degrees of air: a good plug at 16 A is no fault.
setup house=empty limit_a=25 meter=none ambient_degc=50
0    plug max_a=16
20   expect closed==1
20   steady 280 closed==1 faults==[]
