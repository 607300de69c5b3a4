"""Mail: tells customers and staff what happened, found by its entry point alone like any other plugin."""
