"""The procedural collection: a tablet carved and aged, lit, and written as photographs."""
