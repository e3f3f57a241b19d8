"""Line for retired lithium-ion cells: market, deliveries of packs, ageing, instruments, bench, robot."""
