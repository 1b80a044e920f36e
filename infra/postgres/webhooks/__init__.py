"""Who is told of what over HTTP: subscriptions with their secrets, sealed, and the deliveries as a work table."""
