# The pilot wire is shorted while charging; afterwards it goes on without a hand.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1
20   pilot state="short"
20   within 0.1 closed==0
21   expect faults==["pilot_short"] pilot=="hold"
30   pilot state="good"
30   within 15 closed==1
50   expect faults==[]
