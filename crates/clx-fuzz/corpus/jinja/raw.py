{% raw %}
# j2 set x
{{ {% endraw %}
{#
# j2 #}
{%- raw -%} {% endraw
