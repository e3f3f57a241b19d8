"""Speed of plant simulation: compared with an earlier revision, and with two workers."""
