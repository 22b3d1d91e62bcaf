{% set a = 1 -%}
  # j2 set b = 2
{%- if a -%}

# j2 set c = 3 -
{{- c -}}
{%+ endif +%}
