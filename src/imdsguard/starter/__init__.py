"""What a new project needs: its files, after a look at the repository."""
