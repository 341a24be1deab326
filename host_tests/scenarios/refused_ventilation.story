# A car that wants ventilation is refused.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
5    ventilation
10   expect closed==0 faults==["ventilation"]
