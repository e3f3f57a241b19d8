"""Energy and greenhouse gases of a tonne of metal, by boundary and scope, and the energy grades of norms."""
