"""The command line: each command parses, calls the library, and shows; nothing here decides anything about themes."""
