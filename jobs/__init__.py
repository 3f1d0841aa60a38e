"""The verbs: what a person or a script asks eyecatch to do."""
