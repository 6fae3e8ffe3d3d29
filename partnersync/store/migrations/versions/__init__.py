"""One file per revision, in order; what is here once never changes."""
