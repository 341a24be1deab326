# Two chargers on one three-phase supply: both charge within the fuse, and one alone takes all that is left.
setup house=empty phases=3 limit_a=25 meter=clamp chargers=2 seed=3
0    plug max_a=16
0    @2 plug max_a=16
60   expect mains_a>25.5 never
90   expect closed==1 within 1 min
90   @2 expect closed==1 within 1 min
200  @2 unplug
200  @2 expect closed==0 within 1 s
230  expect ev_a>15 within 30 s
300  end
