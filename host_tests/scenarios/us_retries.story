# The United States: a residual current trip ends by itself after 15 minutes without a current.
setup house=empty limit_a=100 meter=none market=us
0    plug max_a=16
10   expect closed==1
20   leak ac_ma=40
20   within 0.4 closed==0
21   leak
22   expect faults==["rcd_trip"]
22   steady 895 closed==0
917  within 30 closed==1
960  expect faults==[] closed==1
