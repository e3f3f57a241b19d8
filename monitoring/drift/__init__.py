"""Drift detection: errors, inputs and sensors compared with the champion's training history."""
