# The supply is away and comes back: it charges again after the random wait of its market (up to
# 60 s in the EU), but not onto a residual current.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1
20   power_cut seconds=30
20   within 0.2 closed==0
49   expect closed==0 boots==1
50   within 75 closed==1
130  expect boots==2 faults==[]
140  leak ac_ma=40
140  within 0.2 closed==0
141  leak
150  power_cut seconds=10
155  expect boots==2
175  expect boots==3 closed==0 first_fault=="rcd_trip"
210  steady 40 closed==0
260  unplug
263  expect faults==[]
265  plug max_a=16
265  within 75 closed==1
