"""Energy and greenhouse gases per tonne of metal, by boundary and scope, and energy grades of norms."""
