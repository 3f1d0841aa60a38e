"""Two ways to run one pipeline: inline and Ray."""
