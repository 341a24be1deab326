# The clamp dies: within five seconds the always available current, and back after it lives.
setup house=empty limit_a=25 meter=clamp
0    plug
45   expect offered_a>=15.9 meter=="good"
50   clamp_off
50   within 5 offered_a<=6
56   steady 60 offered_a<=6 offered_a>=5.9 coil==1
60   expect faults==["meter_lost"] meter=="stale" limited=="site"
120  clamp_off on=false
120  within 30 offered_a>=15.9
160  expect faults==[] meter=="good"
