# Undervoltage pauses gracefully and resumes half a minute after it is over.
setup house=empty limit_a=25 meter=none
needs own_meter
0    plug max_a=16
10   expect closed==1
20   mains percent=80
20   within 2 pilot=="hold"
30   expect faults==["undervolt"] closed==0
40   mains percent=100
40   within 60 closed==1
65   expect closed==0
100  expect faults==[] closed==1
