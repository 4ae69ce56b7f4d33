"""The words of the house: places, values, resources, launches, findings. Imports nothing of ours."""
