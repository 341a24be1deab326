# The charger's own supply sags while it charges: open at once, and it says why when it is back. The street
# has its supply all the time, so no market's delay runs, and it charges on.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1 boots==1
20   brown_out
20   within 0.2 closed==0
20   within 3 boots==2
23   expect faults==["brown_out"]
24   within 15 closed==1
110  expect closed==1 faults==["brown_out"]
