"""Frame rates in the browser, and the native decode."""
