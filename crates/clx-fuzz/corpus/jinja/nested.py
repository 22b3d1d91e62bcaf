# j2 macro r(n)
{{ r(n) }}
# j2 endmacro
{{ r(1) }}
