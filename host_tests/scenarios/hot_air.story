# Fifty degrees of air: a good plug for 32 A is no fault at 16 A.
setup house=empty limit_a=25 meter=none ambient_degc=50
needs amps_32
0    plug max_a=16
20   expect closed==1
20   steady 280 closed==1 faults==[]
