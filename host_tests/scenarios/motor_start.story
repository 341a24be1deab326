# A motor's start beside a charging car: the main breaker holds, and the limit is kept afterwards.
setup house=empty limit_a=25 meter=clamp
0    plug
30   expect ev_a>=15.9
30   motor watts=2200 multiple=5
40   expect tripped==0
60   steady 25 mains_a<=25.5 tripped==0
