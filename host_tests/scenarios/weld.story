# A contact welds: found when the charger opens, and locked for good.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1
15   weld
20   unplug
20   within 0.5 faults==["weld"]
25   expect pilot=="f" coil==0
30   weld on=false
60   expect faults==["weld"] pilot=="f"
