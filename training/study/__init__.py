"""The original study again: accuracy from 3 to 113 characters, of its network and of ours."""
