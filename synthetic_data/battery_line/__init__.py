"""Line for retired lithium-ion cells: makes on the market, deliveries of packs, ageing, instruments, bench, robot."""
