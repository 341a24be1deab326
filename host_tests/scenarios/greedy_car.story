# A car that draws more than it is allowed is stopped: in 7 s a little above, in 0.5 s far above.
setup house=empty limit_a=25 meter=none user_ma=10000
needs own_meter
0    plug max_a=32
10   expect closed==1 ev_a<=10
20   greedy amps=3
20   within 9 closed==0
25   expect closed==1
30   expect faults==["overcurrent"]
