"""Following outcomes with care: what is odd beside what outcomes were like before waits for a person."""
