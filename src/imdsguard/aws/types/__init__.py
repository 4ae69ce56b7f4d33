"""Resource types: one record for each, in a file for each AWS service; `registry` says in which."""
