"""Independent work units: in this process, in other processes of this machine, or on a cluster.

Code that has work to share takes a `Workers` and does not depend on where the work is done.
"""
