# A Modbus meter on RS-485 that loses answers, sends NaN, exceptions and broken frames: a little above the fuse at most.
setup house=empty limit_a=25 meter=rtu
needs own_meter
0    plug max_a=32
45   expect offered_a>=15.9 meter=="good"
50   meter_lost percent=10
50   meter_nan percent=10
50   meter_exceptions percent=10
50   meter_crc percent=10
60   appliance name="oven" on=true
70   steady 120 mains_a<=26 closed==1
