# The charger's radio looks for networks: the clamp's frames are lost for two seconds, the car charges on.
setup house=empty limit_a=25 meter=clamp
0    plug max_a=16
20   expect closed==1 meter=="good"
30   wifi_scan
30   steady 60 closed==1 offered_a>=6
60   expect meter=="good" faults==[]
