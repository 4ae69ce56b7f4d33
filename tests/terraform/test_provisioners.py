"""Provisioners that reach a machine: which resources have some, what they are given, and which files they name."""

from __future__ import annotations

import json

import pytest

from imdsguard.model.value import Absent, Known, Unknown, text_of

INLINE = 'provisioner "remote-exec" {\n inline = ["true"]\n }'


def block(body, type_="aws_eip", name="a"):
    return f'resource "{type_}" "{name}" {{\n{body}\n}}\n'


def only(stack):
    """The one resource with provisioners."""
    (found,) = [each for each in stack.resources().values() if each.provisioners]
    return found


@pytest.mark.parametrize("type_", ["null_resource", "terraform_data", "aws_volume_attachment", "aws_instance"])
def test_a_resource_of_any_type_is_read_for_commands_that_it_runs(stack, type_):
    stack.files({"main.tf": block(INLINE, type_)})
    assert [each.kind for each in only(stack).provisioners] == ["remote-exec"]


def test_what_runs_beside_terraform_and_files_alone_make_no_resource_wanted(stack):
    local = 'provisioner "local-exec" {\n command = "remote-exec"\n }\n'
    placed = 'provisioner "file" {\n content = "remote-exec"\n destination = "/a"\n }\n'
    stack.files({"main.tf": block(local + placed)})
    assert stack.resources() == {}


def test_they_keep_their_order_and_only_those_on_a_machine_count(stack):
    local = 'provisioner "local-exec" {\n command = "true"\n }\n'
    placed = 'provisioner "file" {\n content = "x"\n destination = "/a"\n }\n'
    stack.files({"main.tf": block(placed + local + INLINE)})
    assert [each.kind for each in only(stack).provisioners] == ["file", "remote-exec"]


def test_self_is_the_resource_itself(stack):
    connection = (
        'count = 2\n private_ip = "10.0.0.${count.index}"\n connection {\n host = self.private_ip\n user = self.id\n}\n'
    )
    stack.files({"main.tf": block(connection + INLINE, "aws_instance", "web")})
    (second,) = stack.resources()["aws_instance.web[1]"].provisioners
    assert text_of(second.connections[0].attribute("host")) == "10.0.0.1"
    assert str(second.connections[0].attribute("user").reference) == "aws_instance.web[1].id"


def test_a_connection_of_its_own_comes_before_that_of_the_resource(stack):
    own = 'provisioner "remote-exec" {\n inline = []\n connection {\n host = "own"\n }\n }'
    stack.files({"main.tf": block('connection {\n host = "around"\n user = "root"\n }\n' + own)})
    (found,) = only(stack).provisioners
    assert [text_of(each.attribute("host")) for each in found.connections] == ["own", "around"]


def test_json_is_read_alike(stack):
    provisioner = [{"local-exec": {"command": "true"}}, {"remote-exec": {"inline": ["true"]}}]
    web = {"connection": {"host": "${self.public_ip}"}, "provisioner": provisioner}
    stack.files({"main.tf.json": json.dumps({"resource": {"aws_instance": {"web": web}}})})
    (found,) = only(stack).provisioners
    assert str(found.connections[0].attribute("host").reference) == "aws_instance.web.public_ip"


def files(stack, argument, body):
    stack.files({"main.tf": 'resource "local_file" "made" {}\n' + block(f'provisioner "remote-exec" {{\n{body}\n}}')})
    (found,) = only(stack).provisioners
    return found.files(argument)


def test_a_script_is_read_with_the_place_of_its_lines(stack):
    stack.files({"a.sh": "#!/bin/sh\ntrue\n"})
    (found,) = files(stack, "script", 'script = "${path.module}/a.sh"')
    assert isinstance(found.content, Known)
    assert (found.name, found.content.value) == ("./a.sh", "#!/bin/sh\ntrue\n")
    assert str(found.content.written.place_of(2, 1)) == "a.sh:2:1"


def test_each_of_a_list_is_a_file_and_one_that_is_not_there_no_error_of_the_code(stack):
    stack.files({"a.sh": "true\n"})
    found = files(stack, "scripts", 'scripts = ["a.sh", "later.sh", local_file.made.filename]')
    assert [each.name for each in found] == ["a.sh", "later.sh", ""]
    assert [isinstance(each.content, Unknown) for each in found] == [False, True, True]
    assert found[1].content.reason.kind.value == "limit"


def test_a_folder_is_all_files_in_it_and_what_is_no_text_is_absent(stack):
    stack.files({"dir/a.sh": "true\n", "dir/b/c.bin": "a\0b"})
    found = files(stack, "source", 'source = "dir"')
    assert [each.name for each in found] == ["dir/a.sh", "dir/b/c.bin"]
    assert isinstance(found[1].content, Absent)


def test_nothing_outside_of_the_repository_is_read(stack):
    (found,) = files(stack, "script", 'script = "../../etc/hostname"')
    assert isinstance(found.content, Unknown)
