"""Types and checks that requests and responses of all operations share."""
