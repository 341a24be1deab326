# The house comes first on a small supply too: the oven takes its share, and the car gets it back.
setup house=empty limit_a=16 margin_ma=1000 meter=clamp
0    plug max_a=16
12   within 5 coil==1
20   within 15 offered_a>=14.5 offered_a<=15
45   expect limited=="site" mains_a<=15.1
50   appliance name="oven" on=true
50   within 30 offered_a<=6 mains_a<=15.1
150  appliance name="oven" on=false
150  within 120 offered_a>=14
