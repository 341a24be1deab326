# China, by the market alone: 220 V, good up to 253 V; above it charging pauses.
setup house=empty meter=none market=cn
needs own_meter
0    plug max_a=16
10   expect closed==1
20   mains percent=113   # 249 V
20   steady 10 closed==1
40   mains percent=117   # 257 V: good in the EU
40   within 3 pilot=="hold"
50   expect faults==["overvolt"] closed==0
