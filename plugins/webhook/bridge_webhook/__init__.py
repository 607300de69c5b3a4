"""Webhooks: tells another program what happened, found by its entry point alone like any other plugin."""
