"""Random expressions for the arguments of metadata options: every one of them is valid, and known when planning."""

from __future__ import annotations

from hypothesis import strategies as st

TOKENS = [
    '"required"',
    '"required"',
    '"optional"',
    "null",
    "var.tokens",
    "local.mode",
    "var.settings.tokens",
    'local.table["x"]',
]
ENDPOINTS = ['"enabled"', '"disabled"', "null", "var.settings.nested.endpoint", 'var.flag ? "disabled" : "enabled"']
HOPS = [
    "1",
    "2",
    "null",
    "var.hops",
    "1 + 1",
    "max(1, 3)",
    'tonumber("2")',
    "length(var.names) + 1",
    "var.flag ? 1 : null",
]


def tokens(*more: str) -> st.SearchStrategy[str]:
    """Expressions that give `required`, `optional` or null; `more` are names that only some places know."""

    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        set_ = inner.map(lambda a: f'coalesce({a}, "optional")')
        return st.one_of(
            st.builds("(var.flag ? {} : {})".format, inner, inner),
            st.builds("(length(var.names) > 1 && !var.flag ? {} : {})".format, inner, inner),
            st.builds("({0} == null ? {1} : {0})".format, inner, inner),
            st.builds("try({}, {})".format, inner, inner),
            st.builds("[{}, {}][1]".format, inner, inner),
            st.builds("element([{}, {}], 2)".format, set_, set_),
            st.builds("{{ a = {}, b = {} }}.a".format, inner, inner),
            st.builds('lookup({{ a = {} }}, var.flag ? "a" : "b", {})'.format, set_, set_),
            st.builds("merge({{ t = {} }}, {{ t = {} }}).t".format, inner, inner),
            st.builds("[for x in [{}, {}] : x][0]".format, inner, inner),
            st.builds("jsondecode(jsonencode({{ t = {} }})).t".format, inner),
            st.builds("lower(upper({}))".format, set_),
            st.builds('"${{{}}}"'.format, set_),
            st.builds('format("%s%s", substr({0}, 0, 3), substr({0}, 3, -1))'.format, set_),
            st.builds('"%{{ if {} == "required" }}required%{{ else }}optional%{{ endif }}"'.format, inner),
            st.builds("trimspace(<<-EOT\n    ${{{}}}\n  EOT\n  )".format, set_),
            st.builds("one({}[*])".format, inner),
        )

    return st.recursive(st.sampled_from([*TOKENS, *more]), extend, max_leaves=4)


@st.composite
def options(draw: st.DrawFn, *more: str) -> str:
    """What stands inside a resource about metadata options: nothing, a block, or a dynamic one."""
    shape = draw(st.sampled_from(["block"] * 6 + ["none", "dynamic", "splat", "list"]))
    if shape == "none":
        return ""
    arguments = {
        "http_tokens": tokens(*more),
        "http_endpoint": st.sampled_from(ENDPOINTS),
        "http_put_response_hop_limit": st.sampled_from(HOPS),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(arguments)), unique=True, min_size=1))
    body = "".join(f"    {name} = {draw(arguments[name])}\n" for name in sorted(chosen))
    if shape == "block":
        return f"  metadata_options {{\n{body}  }}\n"
    each = {"dynamic": "var.flag ? [1] : []", "splat": "var.settings[*]", "list": 'slice(["x", "y"], 0, 1)'}[shape]
    return f'  dynamic "metadata_options" {{\n    for_each = {each}\n    content {{\n{body}    }}\n  }}\n'
