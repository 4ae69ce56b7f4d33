"""From bytes to blocks and expressions: native syntax and JSON syntax give the same model (`body`, `nodes`)."""
