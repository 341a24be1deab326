# The program hangs while charging: the coil's dead-man opens, the watchdog restarts the chip,
# and it charges again with the reason told. Three times within ten minutes: it stays off.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
10   expect closed==1 boots==1
20   hang
20   within 0.2 closed==0
20   within 5 boots==2
26   expect faults==["watchdog"]
27   within 10 closed==1
60   hang
60   within 0.2 closed==0
70   expect boots==3
75   expect closed==1
100  hang
106  expect boots==4 coil==0 pilot=="f"
107  expect first_fault=="crash_loop"
110  steady 60 closed==0 first_fault=="crash_loop"
