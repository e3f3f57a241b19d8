"""Chemistry of retired batteries by current pulses."""
