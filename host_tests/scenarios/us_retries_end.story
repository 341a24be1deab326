# The United States: four times by itself, then a person is needed. The time between is shortened.
setup house=empty limit_a=100 meter=none market=us rcd_retry_ms=60000
0    plug max_a=16
10   expect closed==1
20   repeat 4 every 100
0    leak ac_ma=40
0    within 0.4 closed==0
1    leak
1    steady 58 closed==0
59   within 30 closed==1
end repeat
500  leak ac_ma=40
500  within 0.4 closed==0
501  leak
502  steady 200 closed==0 first_fault=="rcd_trip"
