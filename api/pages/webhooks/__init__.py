"""The pages of webhooks: which systems are told, with what, and how that went."""
