"""Colours, layout and style that all pages share."""

BLUE, ORANGE, GREY, RED = "#1f77b4", "#e6820e", "#8c8c8c", "#c0392b"


LAYOUT = {
    "height": 440,
    "margin": {"l": 70, "r": 30, "t": 30, "b": 60},
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}


# plotly.js offers to send a figure to its maker's cloud; a plant's figures stay in the plant.
CONFIG = {"displaylogo": False, "showSendToCloud": False, "plotlyServerURL": ""}


STYLE = """
body { font-family: system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } p { margin: 0.3rem 0; color: #555; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 0.2rem; }
"""
