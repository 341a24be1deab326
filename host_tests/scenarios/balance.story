# The house comes first: the oven takes its share at once, and the car gets it back.
setup house=empty limit_a=25 meter=clamp
needs amps_25
0    plug max_a=32
12   within 5 coil==1
20   within 15 offered_a>=23 offered_a<=25
45   expect limited=="site" mains_a<=25.1 ev_a>=22
50   appliance name="oven" on=true
50   within 2.5 offered_a<=17
55   steady 25 mains_a<=25.1
80   appliance name="oven" on=false
80   within 20 offered_a>=22
# one pause is what holds today: the clamp's reading and the car's own are not of the same instant
130  expect faults==[] tripped==0 closings<=2
