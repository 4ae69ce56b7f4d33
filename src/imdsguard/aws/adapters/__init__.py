"""One file per resource type, named after it: a new type is one new file and edits nothing else.

A file offers the functions that fit its type; `imdsguard.aws.types` imports it only when a resource of the type occurs:

- `launches(resource, root) -> Launch | None` for what starts instances, or says how; None if this one does not;
- `settings(resource, root) -> Settings` for what others launch through (templates, launch configurations);
- `image(resource, root) -> Layer` for images;
- `region_default(resource) -> RegionDefault` for account defaults;
- `watch(resource, root) -> tuple[Watch, ...]` for alarms;
- `organization_policy(resource, root) -> OrganizationPolicy | None` for policies of an organisation;
- `user_data(resource) -> tuple[Value, ...]` for what runs at boot, of types that `launches`;
- `parts(resource) -> Iterator[tuple[str, Value]]` for documents that user data is made of: name and text of each part;
- `image_names(resource) -> list[str]` for look-ups of images: names that tell what the image is for;
- `attaches(resource) -> Value` for what attaches such a policy: which one;
- `statements(resource, root) -> tuple[Statement, ...] | str` for policy documents, or why they cannot be read.

The file of a data source is named `data_` and its type.
"""
