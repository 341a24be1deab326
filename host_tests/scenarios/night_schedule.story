# A weekly schedule waits for its window; a jump of the clock over the window's start begins the charge.
setup house=empty meter=none
0    plug max_a=16
5    clock time="21:30" date="2026-03-28" offset_min=60
6    schedule begin="22:00" end="06:00"
20   expect closed==0 limited=="schedule" for 30 s
60   clock_jump seconds=1800
60   expect closed==1 within 30 s
