tokens = "optional"
