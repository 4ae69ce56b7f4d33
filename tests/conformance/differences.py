"""Where python-hcl2 reads an expression of the corpus otherwise than we do, by class, each with the reason.

Terraform is the judge of all of them: `test_expressions.py` compares what we make of each with what it computes.
"""

REFUSED_BY_THEM = {
    "two signs in a row": "op-arith-011 op-arith-012 op-arith-030",
    "a function with a namespace": "fn-core-namespace-001 fn-core-namespace-003",
    "an escape without its closing brace": "tpl-escape-008 tpl-escape-009 tpl-escape-037 tpl-escape-045",
    "a strip marker at the start of an interpolation": (
        "tpl-strip-002 tpl-strip-004 tpl-strip-006 tpl-strip-007 tpl-strip-008 tpl-strip-009"
    ),
    "spaces behind the end marker of a heredoc": "heredoc-plain-029 heredoc-plain-031",
    "letters beyond ASCII in names": "obj-syntax-024 obj-syntax-042",
    "a comment beside an operator or an equals sign": (
        "obj-syntax-051 syntax-misc-009 syntax-layout-009 syntax-layout-010 syntax-layout-033 syntax-layout-034 "
        "syntax-layout-036"
    ),
    "a line end or comment inside brackets where HCL ignores it": (
        "tpl-interp-049 for-object-040 syntax-misc-059 syntax-misc-060 syntax-layout-001 syntax-layout-002 "
        "syntax-layout-004 syntax-layout-011 syntax-layout-013 syntax-layout-014 syntax-layout-016 syntax-layout-020"
    ),
}
"""Legal for Terraform and us."""

REFUSED_BY_US = {
    "an escape sequence that HCL does not know": (
        "tpl-escape-015 tpl-escape-016 tpl-escape-017 tpl-escape-019 tpl-escape-020 tpl-escape-021 tpl-escape-025"
    ),
    "three dollars before a brace: an escape that swallows the rest": "tpl-escape-046",
    "a directive without its partner": "tpl-if-012 tpl-if-013 tpl-for-012 heredoc-directive-015",
    "a legacy index, a keyword or a second splat where HCL takes none": "splat-027 index-013 index-053",
    "items of an object that nothing separates, or a line end does twice": (
        "obj-syntax-030 obj-syntax-058 obj-syntax-059 obj-syntax-060"
    ),
    "an expression that goes on after a line end outside of brackets": "syntax-misc-067 syntax-layout-017",
}
"""Refused by Terraform, too; python-hcl2 is the more lenient reader."""

READ_OTHERWISE = {
    "a heredoc is one token to python-hcl2: its interpolations and directives are not read": (
        "heredoc-plain-003 heredoc-indent-014 heredoc-indent-015 heredoc-directive-001 heredoc-directive-003 "
        "heredoc-directive-004 heredoc-directive-006 heredoc-directive-008 heredoc-directive-011 "
        "heredoc-directive-012 heredoc-directive-013 real-strings-032"
    ),
    "a second splat applies to each element, not to the result of the first": "splat-026 splat-038",
    "an index behind .* applies to the whole result, not to each element": "splat-041 splat-047",
    "a number may end in its point": "syntax-misc-037",
    "an interpolation inside of an escape is one": "real-strings-023 real-strings-025",
}
"""Accepted by both; Terraform computes what our tree says."""
