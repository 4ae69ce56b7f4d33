"""One file per resource type, named after it: a new type is one new file and edits nothing else.

A file offers the functions that fit its type; `imdsguard.aws.types` imports it only when a resource of the type occurs:

- `launches(resource, root) -> Launch` for what starts instances, or says how;
- `settings(resource, root) -> Settings` for what others launch through (templates, launch configurations);
- `image(resource, root) -> Layer` for images;
- `region_default(resource) -> RegionDefault` for account defaults;
- `watch(resource) -> Watch | None` for alarms.
"""
