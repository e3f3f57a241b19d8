"""Online calibration with review: anomalous outcomes stay pending until a reviewer accepts them."""
