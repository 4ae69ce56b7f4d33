"""Launch templates and configurations: how one is found, which version counts, how a change reaches instances."""
