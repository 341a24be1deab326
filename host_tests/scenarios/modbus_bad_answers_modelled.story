# The same meter where the charger models the car's current: 4 A above the fuse for seconds, and the breaker holds.
setup house=empty limit_a=25 meter=rtu
0    plug max_a=16
45   expect offered_a>=15.9 meter=="good"
50   meter_lost percent=10
50   meter_nan percent=10
50   meter_exceptions percent=10
50   meter_crc percent=10
60   appliance name="oven" on=true
# what the oven and the car draw together is 29.04 A
70   steady 300 mains_a<=29.1 breaker_heat_pct<80 tripped==0
370  within 60 mains_a<=25.1
