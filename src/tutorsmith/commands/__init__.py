"""What the commands do after parsing: build settings, call one function, print its result."""
