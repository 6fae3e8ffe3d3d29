"""The flow, read in this order: pull, normalise, decide, plan, push, audit; run.py knows the order."""
