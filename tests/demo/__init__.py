"""The demonstration: `./script/demo`."""
