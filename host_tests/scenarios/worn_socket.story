# A worn socket: the plug heats by itself at 32 A and the charger finds a current that it bears.
setup house=empty limit_a=32 meter=none
needs amps_32
0    plug max_a=32
10   expect offered_a>=31.9
10   contact milliohm=1.6
1800 expect closed==1 limited=="temp" offered_a>=20 offered_a<=31
1800 steady 600 closed==1 faults==["derated"]
