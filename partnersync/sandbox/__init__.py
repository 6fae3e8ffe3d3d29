"""What every emulated system shares: messages, clocks, scripted faults, generated populations, a loopback server."""
