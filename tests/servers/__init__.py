"""The loopback servers that tests and benches talk to through the real SDKs."""
