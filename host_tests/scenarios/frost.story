# Thirty degrees below zero: no sensor is taken for broken, and the car charges.
setup house=empty limit_a=25 meter=none ambient_degc=-30
0    plug max_a=16
20   expect closed==1
20   steady 180 closed==1 faults==[]
100  ambient degc=5
