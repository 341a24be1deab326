# A plug that is not pushed in: hot within a minute. The rate of rise stops it before T2 does.
setup house=empty limit_a=32 meter=none
0    plug max_a=32
30   heat place="plug" degc=45
100  heat place="plug" degc=65
100  within 60 closed==0 first_fault=="plug_rise"
