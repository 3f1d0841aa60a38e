"""What the index holds, in the formats of other programs; ``docs/exports.md`` describes each."""
