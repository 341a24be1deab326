setup house=empty limit_a=35 phases=3
needs three_phase
0   plug max_a=16 phases=3
60  expect closed==1
