# j2 macro m(a, b=2)
# {{ a }} {{ "%03d" % b }} {{ "%s-%s" % (a, b) }}
# j2 endmacro
# {{ m(1) }}
{% call(x) m(1) %}{{ x }}{% endcall %}
