"""A sorting line: lots, feed, materials, bodies, surfaces, ejection, laboratory."""
