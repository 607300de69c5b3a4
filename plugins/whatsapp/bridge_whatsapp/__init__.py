"""WhatsApp: carries a store's conversations over the WhatsApp Business Cloud API; what they mean is the bridge's."""
