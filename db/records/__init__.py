"""What goes into an index and comes out of it, as plain frozen classes."""
