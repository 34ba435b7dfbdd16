"""What the service manager is told about us: `sd_notify`."""
