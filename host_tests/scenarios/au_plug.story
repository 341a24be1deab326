# Australia, by the market and plug alone: the 10 A outlet of AS/NZS 3112 gives 8 A for hours.
setup house=empty meter=none market=au mains_plug=as3112-10
0    plug max_a=32
10   expect closed==1
20   steady 30 offered_a<=8 offered_a>=7.9 limited=="plug" faults==[]
