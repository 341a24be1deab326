# The United States, by the market alone: a circuit of 20 A carries 16 A for hours (NEC 625.41: 80 %).
setup house=empty limit_a=100 meter=none market=us circuit_ma=20000
0    plug max_a=32
10   expect closed==1 faults==[]
20   steady 30 offered_a<=16 offered_a>=15.9
