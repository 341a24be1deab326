# The European Union: a circuit is made for hours of charging (IEC 60364-7-722), all of it may be used.
setup house=empty limit_a=100 meter=none circuit_ma=13000
0    plug max_a=32
10   expect closed==1 faults==[]
20   steady 30 offered_a<=13 offered_a>=12.9 limited=="circuit"
