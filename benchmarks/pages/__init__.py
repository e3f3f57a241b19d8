"""Load of the pages for plant staff: frames in a browser, and the cost of open pages."""
