# The mains plug heats: first less current, then none, then again when it is cool.
setup house=empty limit_a=32 meter=none
needs amps_32
0    plug max_a=32
10   expect offered_a>=31.9
20   heat place="plug" degc=38
100  heat place="plug" degc=50
180  heat place="plug" degc=60
260  heat place="plug" degc=70
330  expect faults==["derated"] limited=="temp" offered_a>=12 offered_a<=25
340  heat place="plug" degc=79
420  heat place="plug" degc=83
420  within 60 closed==0 first_fault=="plug_hot"
500  expect coil==0 why=="fault"
510  heat place="plug" degc=30
510  within 90 closed==1
