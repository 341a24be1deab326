# The mains are away for seconds: the chip dies with its supply, starts anew and charges on.
setup house=empty limit_a=25 meter=none
0   plug max_a=16
20  expect closed==1 boots==1
20  supply on=false
20  within 0.5 closed==0
25  supply
25  within 40 closed==1
70  expect boots==2 faults==[] first_fault=="none"
