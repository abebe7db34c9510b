"""The text of a passage as a closed tree, with its writers; knows no parser library and never reads or writes a file."""
