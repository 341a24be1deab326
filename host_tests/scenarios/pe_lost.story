# Protective earth is lost while charging: open within a second, and only a new plug-in helps.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1
20   pe_lost
20   within 1 closed==0
22   expect faults==["pe_lost"]
30   pe_lost on=false
60   expect closed==0
61   unplug
70   plug max_a=16
70   within 15 closed==1
