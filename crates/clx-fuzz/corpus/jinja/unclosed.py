{{ "a
# j2 if x
{% for
{# 
