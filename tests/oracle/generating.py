"""Random AWS configurations that real Terraform can plan."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.oracle.expressions import options, tokens

HEAD = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
"""
VARIABLES = """\
variable "tokens" {{
  type    = string
  default = {tokens}
}}

variable "flag" {{
  type    = bool
  default = {flag}
}}

variable "hops" {{
  type    = number
  default = {hops}
}}

variable "names" {{
  type    = set(string)
  default = [{names}]
}}

variable "settings" {{
  type = object({{
    tokens = optional(string, "required")
    nested = optional(object({{ endpoint = optional(string, "enabled") }}), {{}})
  }})
  default = {settings}
}}

variable "fleet" {{
  type = map(object({{
    tokens = optional(string)
    hops   = optional(number, 2)
  }}))
  default = {fleet}
}}
"""
LEVELS = st.sampled_from(['"required"', '"optional"', "null"])
FLAGS = st.sampled_from(["true", "false"])
NAMES = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(lambda names: ", ".join(f'"{n}"' for n in names))


@st.composite
def values(draw: st.DrawFn) -> dict[str, str]:
    """A value for each variable."""
    endpoint = draw(
        st.sampled_from(
            ["{}", '{ nested = { endpoint = "disabled" } }', '{ tokens = "optional" }', "{ tokens = null }"]
        )
    )
    fleet = draw(st.dictionaries(st.sampled_from(["x", "y"]), LEVELS, max_size=2))
    return {
        "tokens": draw(LEVELS),
        "flag": draw(FLAGS),
        "hops": draw(st.sampled_from(["1", "2", "null"])),
        "names": draw(NAMES),
        "settings": endpoint,
        "fleet": "{" + ", ".join(f"{key} = {{ tokens = {level} }}" for key, level in sorted(fleet.items())) + "}",
    }


@dataclass(frozen=True)
class Many:
    """How often a resource is there: the line that says so, names its expressions may use, and how another names it.

    `here` is the same instance from within a resource of the same multiplicity; `one` is any instance, if there surely
    is one.
    """

    line: str
    more: tuple[str, ...] = ()
    here: str = ""
    one: str | None = ""
    key: str = ""


SINGLE = Many("")
MANY = [
    SINGLE,
    SINGLE,
    Many("  count = 2\n", here="[count.index]", one="[0]", key="-${count.index}"),
    Many("  count = var.flag ? 1 : 0\n", here="[count.index]", one=None, key="-${count.index}"),
    Many("  for_each = var.names\n", here="[each.key]", one=None, key="-${each.key}"),
    Many("  for_each = var.fleet\n", ("each.value.tokens",), "[each.key]", None, "-${each.key}"),
]
PLACES = ["", "", "", "  provider = aws.west\n", '  region = "eu-west-1"\n']


class Stack:
    """Writes one module, resource by resource."""

    def __init__(self, draw: st.DrawFn, *, root: bool) -> None:
        self.draw = draw
        self.places = PLACES if root else [""]
        self.text: list[str] = []
        self.templates: list[tuple[str, Many, str]] = []
        self.images: list[str] = []
        self.instances: list[tuple[str, Many, str]] = []

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def resource(self, type: str, name: str, many: Many, place: str, body: str) -> None:  # noqa: A002
        self.text.append(f'resource "{type}" "{name}" {{\n{many.line}{place}{body}}}\n')

    def ami(self, name: str) -> None:
        """An image, which may ask for tokens itself."""
        support = self.pick("", '  imds_support = "v2.0"\n', '  imds_support = var.flag ? "v2.0" : null\n')
        place = self.pick(*self.places)
        self.resource("aws_ami", name, SINGLE, place, f'  name = "{name}"\n  root_device_name = "/dev/xvda"\n{support}')
        self.images.append(f"aws_ami.{name}.id")

    def image(self) -> str:
        """What a launch names as its image."""
        return self.pick('"ami-12345678"', *self.images)

    def defaults(self, name: str) -> None:
        """The Region's own default."""
        place = self.pick(*self.places)
        level = self.draw(tokens())
        line = self.pick(
            "  http_put_response_hop_limit = 3\n", '  http_endpoint = "enabled"\n', '  http_endpoint = "disabled"\n', ""
        )
        body = f'  http_tokens = coalesce({level}, "no-preference")\n{line}'
        self.resource("aws_ec2_instance_metadata_defaults", name, SINGLE, place, body)

    def template(self, name: str) -> None:
        """A launch template, or the image for one."""
        many, place = self.draw(st.sampled_from(MANY)), self.pick(*self.places)
        image = f"  image_id = {self.image()}\n" if self.draw(st.booleans()) else ""
        body = f'  name = "{name}{many.key}"\n{image}{self.draw(options(*many.more))}'
        self.resource("aws_launch_template", name, many, place, body)
        self.templates.append((f"aws_launch_template.{name}", many, place))

    def named(self, many: Many, prefix: str = "") -> tuple[Many, str]:
        """Arguments that name a launch template, and the multiplicity that they need."""
        version = self.pick("", '    version = "$Latest"\n', '    version = "$Default"\n')
        fitting = [(a, m) for a, m, _ in self.templates if m.one is not None or m.line == many.line]
        if not fitting or not self.draw(st.integers(0, 9)):
            return many, f'    {prefix}id = "lt-0123456789abcdef0"\n    version = "1"\n'
        address, template = self.draw(st.sampled_from(fitting))
        if template.line == many.line and many.line:
            if "for_each" in many.line and self.draw(st.booleans()):
                chained = Many(f"  for_each = {address}\n", (), "[each.key]", None, "-${each.key}")
                return chained, f"    {prefix}id = each.value.id\n{version}"
            whole = f"{address}{template.here}"
        else:
            whole = f"{address}{template.one}" if template.one is not None else address
        version = self.pick(version, f"    version = {whole}.latest_version\n")
        attribute = self.pick("id", "name") if not many.line else "id"
        return many, f"    {prefix}{attribute} = {whole}.{attribute}\n{version}"

    def instance(self, name: str) -> None:
        """An instance, on its own or from a template."""
        many, place = self.draw(st.sampled_from(MANY)), self.pick(*self.places)
        own = self.draw(options(*many.more))
        if self.draw(st.booleans()):
            many, arguments = self.named(many)
            if "each.value.tokens" in own and "fleet" not in many.line:
                own = ""
            own += f"  launch_template {{\n{arguments}  }}\n"
        body = f'  ami = {self.image()}\n  instance_type = "t3.micro"\n{own}'
        self.resource("aws_instance", name, many, place, body)
        self.instances.append((f"aws_instance.{name}", many, place))

    def group(self, name: str) -> None:
        """An Auto Scaling group, by any of the three ways."""
        many, place = self.draw(st.sampled_from(MANY)), self.pick(*self.places)
        size = '  min_size = 1\n  max_size = 1\n  availability_zones = ["us-east-1a"]\n'
        way = self.pick("template", "mixed", "configuration")
        if way == "configuration":
            line = self.draw(options())
            self.resource(
                "aws_launch_configuration",
                name,
                SINGLE,
                place,
                f'  image_id = "ami-1"\n  instance_type = "t3.micro"\n{line}',
            )
            body = f"  launch_configuration = aws_launch_configuration.{name}.{self.pick('name', 'id')}\n"
        elif way == "template":
            many, arguments = self.named(many)
            body = f"  launch_template {{\n{arguments}  }}\n"
        else:
            many, arguments = self.named(many, "launch_template_")
            inner = f"      launch_template_specification {{\n{arguments}      }}\n"
            if self.draw(st.booleans()):
                inner += '      override {\n        instance_type = "t3.small"\n      }\n'
            body = f"  mixed_instances_policy {{\n    launch_template {{\n{inner}    }}\n  }}\n"
        self.resource("aws_autoscaling_group", name, many, place, size + body)

    def fleet(self, name: str) -> None:
        """A fleet, a spot request or a node group."""
        kind = self.pick("fleet", "spot", "nodes")
        place = self.pick(*self.places)
        if kind == "spot":
            body = f'  ami = "ami-12345678"\n  instance_type = "t3.micro"\n{self.draw(options())}'
            self.resource("aws_spot_instance_request", name, SINGLE, place, body)
            return
        many, arguments = self.named(SINGLE, "launch_template_" if kind == "fleet" else "")
        if "version" not in arguments:
            arguments += '    version = "$Latest"\n'
        if kind == "fleet":
            body = f"  launch_template_config {{\n    launch_template_specification {{\n{arguments}    }}\n  }}\n"
            capacity = '    default_target_capacity_type = "spot"\n    total_target_capacity = 1\n'
            body += f"  target_capacity_specification {{\n{capacity}  }}\n"
            self.resource("aws_ec2_fleet", name, many, place, body)
            return
        body = (
            '  cluster_name = "c"\n  node_role_arn = "arn:aws:iam::123456789012:role/n"\n  subnet_ids = ["subnet-1"]\n'
        )
        body += "  scaling_config {\n    desired_size = 1\n    max_size = 1\n    min_size = 1\n  }\n"
        body += f"  launch_template {{\n{arguments}  }}\n"
        self.resource("aws_eks_node_group", name, many, place, body)

    def alarm(self, name: str) -> None:
        """An alarm on one instance, on each of many, or on all."""
        place, many = self.pick(*self.places), SINGLE
        metric = self.pick("MetadataNoTokenRejected", "MetadataNoTokenRejected", "MetadataNoToken", "CPUUtilization")
        body = f'  alarm_name = "{name}"\n  evaluation_periods = 1\n  threshold = 0\n'
        body += '  comparison_operator = "GreaterThanThreshold"\n'
        plain = f'  namespace = "AWS/EC2"\n  metric_name = "{metric}"\n  statistic = "Sum"\n  period = 60\n'
        if self.instances and self.draw(st.booleans()):
            address, many, _ = self.draw(st.sampled_from(self.instances))
            target = f"{address}{many.here}.id"
            if "for_each" in many.line and self.draw(st.booleans()):
                many, target = Many(f"  for_each = {address}\n"), "each.value.id"
            body += f"{plain}  dimensions = {{ InstanceId = {target} }}\n"
        elif self.draw(st.booleans()):
            source = self.pick('SCHEMA("AWS/EC2", InstanceId)', '"AWS/EC2"')
            query = f"SELECT SUM({metric}) FROM {source}"
            quoted = query.replace('"', '\\"')
            inner = f'    id = "q"\n    return_data = true\n    period = 60\n    expression = "{quoted}"\n'
            body += f"  metric_query {{\n{inner}  }}\n"
        else:
            body += plain
        self.resource("aws_cloudwatch_metric_alarm", name, many, place, body)

    def write(self, most: int) -> None:
        """Write some resources of every kind, those that others refer to first."""
        for kind, number in (
            ("ami", 1),
            ("defaults", 1),
            ("template", 2),
            ("instance", 2),
            ("group", 1),
            ("fleet", 1),
            ("alarm", 2),
        ):
            for n in range(self.draw(st.integers(0, min(number, most)))):
                getattr(self, kind)(f"{kind}{n}")


def common(draw: st.DrawFn) -> str:
    """Variables and locals of a module."""
    table = f"{{ x = {draw(LEVELS)}, y = var.tokens }}"
    return VARIABLES.format(**draw(values())) + f"\nlocals {{\n  mode = {draw(LEVELS)}\n  table = {table}\n}}\n"


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, str]:
    """The files of a root module, with or without a child module."""
    stack = Stack(draw, root=True)
    stack.write(2)
    text = HEAD + common(draw)
    text += (
        'provider "aws" {\n  region = "us-east-1"\n}\n\nprovider "aws" {\n  alias = "west"\n  region = "us-west-2"\n}\n'
    )
    files = {}
    if draw(st.booleans()):
        child = Stack(draw, root=False)
        child.write(1)
        outputs = "".join(
            f'output "{address.split(".")[1]}" {{\n  value = {address}{many.one}.id\n}}\n'
            for address, many, _ in child.templates
            if many.one is not None
        )
        files["child/main.tf"] = "\n".join([HEAD, common(draw), *child.text, outputs])
        many = draw(st.sampled_from(MANY))
        place = draw(st.sampled_from(["", "  providers = { aws = aws.west }\n"]))
        arguments = ""
        for name, value in {"tokens": tokens(*many.more), "flag": FLAGS, "names": NAMES.map("[{}]".format)}.items():
            if draw(st.booleans()):
                arguments += f"  {name} = {draw(value)}\n"
        stack.text.append(f'module "child" {{\n  source = "./child"\n{many.line}{place}{arguments}}}\n')
        if outputs and many.one is not None:
            output = outputs.split('"')[1]
            body = f'  launch_template {{\n    id = module.child{many.one}.{output}\n    version = "$Latest"\n  }}\n'
            stack.resource("aws_instance", "through", SINGLE, "", body)
    files["main.tf"] = "\n".join([text, *stack.text])
    if draw(st.booleans()):
        files["terraform.tfvars"] = f"tokens = {draw(LEVELS)}\nflag = {draw(FLAGS)}\n"
    return files
