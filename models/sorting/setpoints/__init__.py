"""Set-points of a sorting line: minimum gain for ejection into each bin, and load of the belt.

Both are evaluated on assayed pieces: recent ones with a laboratory class, outside the model's training
rows. The value of a piece in any bin follows from its class, so a rule that was not in force is replayed exactly; of
carry-along by ejection the expected part is known. An effect whose interval over lots reaches 0 is not used.
"""
