"""What every emulated system shares, standard library alone: messages, clocks, scripted faults, a loopback server."""
