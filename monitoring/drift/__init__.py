"""Whether a process still is as its champion learnt it: errors, inputs and sensors over time."""
