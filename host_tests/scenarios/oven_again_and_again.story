# An oven that switches on and off: the car gives way each time, and the contactor rests.
setup house=empty limit_a=25 meter=clamp seed=3
vary AMPS in 16 32
0    plug max_a=$AMPS
60   repeat 3 every 90 s
  0    appliance name="oven" on=true
  0    expect mains_a<=25.5 within 10 s
  12   expect mains_a<=25.5 for 30 s
  45   appliance name="oven" on=false
end repeat
60   expect tripped==0 until end
60   expect closed==0 never
330  expect closings==1
340  end
