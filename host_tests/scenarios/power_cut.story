# The supply is away and comes back: it charges again, but not onto a residual current.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1
20   power_cut seconds=30
20   within 0.2 closed==0
49   expect closed==0 boots==1
50   within 15 closed==1
70   expect boots==2 faults==[]
80   leak ac_ma=40
80   within 0.2 closed==0
81   leak
90   power_cut seconds=10
95   expect boots==2
115  expect boots==3 closed==0 first=="rcd_trip"
150  steady 20 closed==0
180  unplug
183  expect faults==[]
185  plug max_a=16
185  within 10 closed==1
