"""The programme's rules, pure: one file for each policy."""
