# A car that begins at 8 A and draws reactive current: it charges, and is metered by its active power.
setup house=empty limit_a=25 meter=clamp
0    plug model="needs_8a_low_factor"
30   steady 60 closed==1 ev_a>=8
