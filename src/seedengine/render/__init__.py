"""What the engine returns, as text for a person: one module for each kind of result."""
