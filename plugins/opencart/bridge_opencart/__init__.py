"""The OpenCart platform plugin: found by its entry point alone, like any other plugin."""
