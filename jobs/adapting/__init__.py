"""``adapt``: the detector learns a show from its own episodes, or from frames that people boxed."""
