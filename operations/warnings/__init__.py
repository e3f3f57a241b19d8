"""Early warnings in the service: requests, and answers by the champion's models of events."""
