# Rails at opposite ends of the norm, a source at its end, long edges: the states stay what they are.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   pilot_rails plus_v=11.4 minus_v=-12.6
10   pilot_source ohm=1030
10   steady 30 state=="C2" closed==1 faults==[]
40   pilot_rails plus_v=12.6 minus_v=-11.4
40   pilot_source ohm=970
40   pilot_edges nf=4.6 swing_us=2
40   steady 30 state=="C2" closed==1 faults==[]
70   pilot_noise mv=150 ripple_mv=50 ripple_hz=173
70   steady 30 state=="C2" closed==1 faults==[]
