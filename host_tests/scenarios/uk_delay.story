# Great Britain, by the brand alone: charging begins after a random wait of up to 600 s (SI 2021/1467
# regulation 11), and the 13 A plug of this brand takes 10 A for hours.
setup house=empty meter=none brand=acme seed=2
0    plug
10   expect closed==0 why=="hold" faults==[]
10   within 620 closed==1
640  expect closed==1 offered_a>=9.9 offered_a<=10 limited=="plug"
