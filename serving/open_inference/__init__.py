"""The Open Inference Protocol (V2): columns as tensors in, quantities and decisions as tensors out."""
