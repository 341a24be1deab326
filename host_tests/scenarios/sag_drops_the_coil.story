# Half the voltage for 200 ms: a coil at mains voltage lets its armature go.
setup house=empty limit_a=25 meter=none
0    plug max_a=16
20   sag percent=50 seconds=0.2
20   within 0.2 closed==0
21   within 60 closed==1
100  expect boots==1 first_fault=="none"
