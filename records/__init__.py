"""Database of requests, responses and outcomes; SQLAlchemy is used only in this package."""
