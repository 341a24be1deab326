# China, by the market alone: a broken sensor in the box stops charging; in the EU it leaves 6 A.
setup house=empty meter=none market=cn
needs ntc_box
0    plug max_a=16
10   expect closed==1
20   sensor place="box" state="open"
20   within 10 closed==0
40   steady 20 closed==0
