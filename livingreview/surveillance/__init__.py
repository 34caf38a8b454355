"""From the world to ``data/``: what searches bring, which of it is new, who decided what, and the flow."""
