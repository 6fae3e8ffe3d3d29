"""What clients of systems on the web share: calls, turns, tokens and time; no word of any one system."""
