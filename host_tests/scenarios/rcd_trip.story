# 30 mA to earth: the hardware opens, the firmware too, and it stays open until the plug is pulled.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect coil==1 closed==1
20   leak ac_ma=40
20   within 0.4 closed==0
21   leak
22   expect faults==["rcd_trip"] coil==0 pilot=="hold" why=="fault"
60   steady 30 closed==0
90   unplug
92   expect faults==[]
95   plug max_a=16
95   within 10 closed==1
