"""The original study's road map, from 3 to 113 characters, walked again."""
