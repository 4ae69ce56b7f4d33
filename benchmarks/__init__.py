"""What `make bench` measures: ratios to a peer or a floor within one run. No part of the package."""
