# A battery supports house and car within its power: the limit is kept while it works and when it ends.
setup house=empty limit_a=16 meter=clamp battery_kwh=10
0    plug
30   appliance name="oven" on=true
60   steady 60 mains_a<=16.5
120  appliance name="home battery" on=false
130  steady 60 mains_a<=16.5 tripped==0
