"""Energy and carbon of a prediction."""
