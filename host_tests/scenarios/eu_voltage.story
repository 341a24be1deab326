# The European Union: 205 V is a long line, and a broken sensor in the box leaves 6 A to get home with.
setup house=empty meter=none
0    plug max_a=16
10   expect closed==1
20   mains percent=89
20   steady 30 closed==1
60   sensor place="box" state="open"
60   within 10 offered_a<=6
75   steady 30 closed==1 offered_a>=5.9
