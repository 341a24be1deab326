# A car that falls asleep in a pause is woken by one pulse, thirty seconds after PWM is back.
setup house=empty limit_a=25 meter=clamp
0    plug max_a=16 sleepy=true
20   expect closed==1
30   appliance name="shower" on=true
30   within 12 closed==0
150  appliance name="shower" on=false
150  within 120 wakes==1
150  within 160 closed==1
