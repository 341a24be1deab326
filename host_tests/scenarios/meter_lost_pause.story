# Commissioned with nothing as the always available current: it pauses, and goes on by itself.
setup house=empty limit_a=25 meter=modbus fallback_ma=0
0    plug
45   expect offered_a>=15.9 meter=="good"
50   meter_off
50   within 6 pilot=="hold"
60   expect coil==0 why=="limit"
100  meter_off on=false
100  within 90 coil==1
