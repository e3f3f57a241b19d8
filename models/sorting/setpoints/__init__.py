"""Set-points of a sorting line: from which gain a piece is ejected into a bin, and how much the belt carries.

Both are weighed on assayed pieces: recent ones whose class the laboratory has said and that the model has not learnt
from. What a piece earns in any bin follows from its class, so a rule that was not in force is replayed exactly; of
what ejection takes along the expected part is known. Nothing is believed whose interval over lots reaches 0.
"""
