# The United States, 120 V: a NEMA 5-15 outlet on a 15 A circuit gives 12 A for hours (NEC 625.41: 80 %),
# and 120 V is a good voltage there.
setup house=empty limit_a=100 meter=none market=us mains_plug=nema5-15
0    plug max_a=32
10   expect closed==1 faults==[]
20   steady 60 offered_a<=12 offered_a>=11.9 ev_a>=11.5 limited=="plug" faults==[]
