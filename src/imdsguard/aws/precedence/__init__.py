"""Which setting counts: launch, launch template, Region default, image, service default."""
