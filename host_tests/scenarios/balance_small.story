# The house comes first on a small supply too: the oven takes its share, and the car gets it back.
# A charger with its own meter may take the clamp's delay for longer than it is: the current swings at first.
setup house=empty limit_a=16 margin_ma=1000 meter=clamp
0    plug max_a=16
12   within 5 coil==1
20   within 60 offered_a>=14.5 offered_a<=15 limited=="site" mains_a<=15.1
20   steady 70 mains_a<=16.05
90   appliance name="oven" on=true
90   within 30 offered_a<=6 mains_a<=15.1
190  appliance name="oven" on=false
190  within 120 offered_a>=14
