"""From paths, inputs and a policy to a report: what every command and the library call share."""
