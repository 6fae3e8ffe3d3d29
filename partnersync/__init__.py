"""partnersync: the partner programme's truth, kept and enforced inside the CRM."""

__version__ = "0.1.0"
__all__ = ["__version__"]
