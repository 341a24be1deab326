setup house=empty limit_a=35 meter=clamp
0   plug max_a=16
60  expect closed==1
60  clamp_off
60  expect offered_a<=6 within 10 s
