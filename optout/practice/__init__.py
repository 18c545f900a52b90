"""Our own stand-in site on loopback: nothing real is touched by whoever visits it."""
